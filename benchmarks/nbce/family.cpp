#include "benchmarks/suite/family.hpp"

namespace {

const tandem::suite::RegisteredFamily family{{
    .name = "nbce",
    .title = "NBCE: many contexts, one answer",
    .formula = "log p(T | S_1, …, S_n) = (β + 1) pool_k log p(T | S_k) − β log p(T)",
    .text = "Naive-Bayes context extension reads n contexts side by side and answers token by token from the "
            "pool of their predictions, less what the question alone predicts. Each step merges n + 1 rows of "
            "logits, one number for every word of the vocabulary.",
    .source = "https://kexue.fm/archives/9617",
}};

}  // namespace
