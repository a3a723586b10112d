#include "benchmarks/suite/family.hpp"

namespace {

const tandem::suite::RegisteredFamily family{{
    .name = "attention",
    .title = "Attention that knows its length",
    .formula = "o_i = Σ_j softmax_j( f(n_i) q_i · k_j / √d + r(i − j) ) v_j",
    .text = "Scores are scaled by the number n of keys, turned by position, biased, or cut to a window. One "
            "streaming kernel serves them all and never holds the matrix of scores, which the reference writes "
            "out.",
    .source = "https://kexue.fm/archives/9588",
}};

}  // namespace
