#include "benchmarks/suite/family.hpp"

namespace {

const tandem::suite::RegisteredFamily family{{
    .name = "projection",
    .title = "Random projections",
    .formula = "y = G x / √k",
    .text = "Vectors go to fewer dimensions by a random matrix that all but keeps their lengths and inner "
            "products: dense, sparse, or by a Hadamard transform. It is the lemma behind one reading of the log "
            "n scale of attention.",
    .source = "https://kexue.fm/archives/8679",
}};

}  // namespace
