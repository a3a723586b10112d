#include "benchmarks/suite/family.hpp"

namespace {

const tandem::suite::RegisteredFamily family{{
    .name = "rnn",
    .title = "Nonlinear recurrent networks",
    .formula = "x_t = f(x_{t−1}, u_t)",
    .text = "A loop by definition: every step waits for the one before it. Three ideas compute time in parallel "
            "all the same, verified chunks, channels, and iterations over the whole sequence; and a real network "
            "segments Chinese.",
    .source = "https://kexue.fm/archives/9783",
}};

}  // namespace
