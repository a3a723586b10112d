// Other people's recurrent layers, to be raced against; each is there where its library was found
// (TANDEM_PEER_ONEDNN, TANDEM_PEER_TORCH). Not installed: the library of this project's users does not need them.
//
// They are held against the layers with their input projection, not against the bare recurrence. A library always
// multiplies its input by weights; to hand it u as it is would take an identity matrix of gates x d rows, one to three
// times the work of the recurrence itself, and make its row slower than it is. With the projection both sides do the
// same: W x + b for all steps as one matrix product, then the recurrence. Weights are packed inside the call, as ours.
#pragma once

#include "impl/support/execution.hpp"
#include "reference/rnn/projected.hpp"

namespace tandem::rnn::projected {

/// oneDNN 2 or 3: vanilla_rnn_forward (tanh) and gru_forward, whose reset gate acts before the product as ours does.
/// OpenMP on execution.team() threads; the setting of the calling thread is put back.
template <class Cell>
void peer_onednn(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution);

/// libtorch: the tanh RNN alone, because its GRU is another one (the reset gate acts after the product). Debian's
/// multiplies with the BLAS that update-alternatives has chosen; the plain reference BLAS makes it very slow.
void peer_torch(const ProjectedProblem<Tanh>& problem, Answer<>& answer, const Execution& execution);

}  // namespace tandem::rnn::projected
