#include "benchmarks/suite/family.hpp"

namespace {

const tandem::suite::RegisteredFamily family{{
    .name = "language_model",
    .title = "Language model",
    .formula = "h ← h + W_o attention(h),   h ← h + W_2 (silu(W_1 h) ∘ W_3 h)",
    .text = "A small decoder of the llama shape, the one that NBCE asks: reading a prompt, writing token after "
            "token, and a step of training. Reading is bound by arithmetic, writing by the bytes of the weights.",
    .source = "https://arxiv.org/abs/2302.13971",
}};

}  // namespace
