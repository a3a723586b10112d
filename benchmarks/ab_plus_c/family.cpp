#include "benchmarks/suite/family.hpp"

namespace {

const tandem::suite::RegisteredFamily family{{
    .name = "ab_plus_c",
    .title = "a + b + c with N = ab + c",
    .formula = "S(N) = min { a + b + c : N = ab + c }",
    .text = "The smallest sum of three naturals of which the product of two and the third give N, for one N, for "
            "many, for every N of a range, and summed over ranges. The search is over a narrow strip of "
            "candidates, and the art is to stop early.",
    .source = "https://kexue.fm/archives/9775",
}};

}  // namespace
