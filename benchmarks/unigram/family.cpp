#include "benchmarks/suite/family.hpp"

namespace {

const tandem::suite::RegisteredFamily family{{
    .name = "unigram",
    .title = "Unigram tokenisation",
    .formula = "p(w_1 … w_k) = exp(α Σ_i s(w_i)) / Z",
    .text = "A text is cut into pieces of a vocabulary: the best way, a random one with its exact probability, "
            "many at once, expectations, and the training of the vocabulary itself. The lattice of all ways is "
            "walked without being built.",
    .source = "https://kexue.fm/archives/9768",
}};

}  // namespace
