#include "benchmarks/suite/family.hpp"

namespace {

const tandem::suite::RegisteredFamily family{{
    .name = "flow",
    .title = "Rectified flow",
    .formula = "dx/dt = E[ x_1 − x_0 | x_t = x ]",
    .text = "An ordinary differential equation carries noise to data along a field that is exact for data sets "
            "and mixtures, or learned by a small network. Here are the fields, what follows them, distances "
            "between samples, and training.",
    .source = "https://kexue.fm/archives/9497",
}};

}  // namespace
