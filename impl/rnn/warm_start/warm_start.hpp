// Chunks of the sequence at once: each starts from a guess, and every boundary is verified.
//
// Where a cell forgets its state, a chunk that starts from a guess falls into step with the true trajectory after some
// steps, the forgetting length W. So a block of the sequence is cut into chunks that run side by side (register
// columns, SIMD lanes, threads) from a guess, except the first, whose state is known. Then each runs once more from
// where its predecessor really ended, until it meets what it has stored; from there on nothing would change. The second
// run finds W by itself, replaces the wrong beginning, and is the verification: a chunk that does not meet ends
// differently, and its successor is repeated, sequentially and in order. So the answer is right for every cell, and
// fast for those that forget. Cost: T + (chunks) W steps.
//
// Where boundaries fail, the first run was in vain. Three things keep that small: W is measured on a short stretch at
// the beginning that runs step by step, and where there is none nothing is tried; before a block that is a large part
// of the sequence, every chunk's beginning is run from a second guess, which must meet the first (the rehearsal); and
// after a block in which much was repeated, the rest runs step by step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "impl/rnn/rnn.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::rnn {

/// Consecutive steps of one trajectory: t = first, first + 1, ... (from 0), from the d numbers at `start`.
struct Stretch {
  std::size_t first;
  const float* start;
  bool met = false;  ///< the last state was within the tolerance of the one that was stored before
};

/// What a cell does for the driver below: it advances up to columns() trajectories side by side.
class Lockstep {
 public:
  virtual ~Lockstep() = default;

  /// Trajectories that the kernel advances at its best speed.
  virtual std::size_t columns() const = 0;

  /// Takes `steps` steps of each of the (at most columns()) stretches and stores the states in the answer. With a
  /// tolerance of at least 0 each state is first compared with the one stored (NaN is near NaN), and the run ends with
  /// the first step at which all stretches meet. One that met before and has parted since does not: what follows the
  /// last step is left as it was stored and must fit. Returns the steps taken. The stretches must not overlap. One
  /// stretch alone runs at the speed of the sequential variant. Several threads may call at once.
  virtual std::size_t advance(std::span<Stretch> stretches, std::size_t steps, float tolerance) const = 0;
};

/// No comparison: every step is taken.
inline constexpr float never_meet = -1;

/// Two trajectories have met when they are this near in every channel. It lies above the rounding noise of dense cells
/// (2e-6 at d = 512), whose trajectories never become equal to the last bit.
inline constexpr float meeting_tolerance = 1e-5F;

namespace internal {

class WarmStart {
 public:
  WarmStart(std::size_t hidden_size, std::size_t length, const std::vector<float>& initial_state, Answer<>& answer,
            const Lockstep& lockstep)
      : d_(hidden_size), length_(length), initial_(initial_state), answer_(answer), lockstep_(lockstep), zero_(d_) {}

  void run(const Execution& execution) {
    answer_.iterations = 1;
    answer_.repeated_steps = 0;
    const std::size_t columns = lockstep_.columns() * static_cast<std::size_t>(execution.team());
    const std::size_t forgetting = measure_forgetting();
    // A rehearsal that fails costs each thread 3 W steps of all its columns: then at most a tenth of the sequence, less
    // what columns gain. Where W is short it may cost a 32nd, since W was measured at two places only.
    if (forgetting > 0 && 20 * lockstep_.columns() * forgetting <= length_) {
      const std::size_t patience = std::max(3 * forgetting / 2, length_ / (64 * lockstep_.columns()));
      for (std::size_t block = std::max(length_ / 16, 64 * columns * forgetting);; block *= 2) {
        const std::size_t left = length_ - done_;
        const std::size_t chunk = (left < 2 * block ? left : block) / columns;
        if (chunk < 4 * forgetting || !run_block(execution, {done_, chunk, columns}, patience)) break;
      }
    }
    sequential(length_ - done_);
  }

 private:
  struct Block {
    std::size_t first;  ///< step
    std::size_t chunk;  ///< steps of each
    std::size_t chunks;
    std::size_t begin(std::size_t c) const { return first + c * chunk; }
    std::size_t steps() const { return chunk * chunks; }
  };

  const float* state_before(std::size_t t) const {
    return t == 0 ? initial_.data() : answer_.states.data() + (t - 1) * d_;
  }
  std::vector<float> copy_of_state_before(std::size_t t) const {
    return std::vector<float>(state_before(t), state_before(t) + d_);
  }

  /// Takes the next steps one after the other.
  void sequential(std::size_t steps) {
    continue_from(done_, steps, never_meet);
    done_ += steps;
  }

  /// Runs the first steps, at most a 32nd of the sequence, until trajectories from x = 0 are seen to meet the true one.
  /// Returns the steps that they take, or 0 if they do not meet.
  std::size_t measure_forgetting() {
    for (std::size_t known = 32; known <= length_ / 32; known *= 2) {
      sequential(known - done_);
      if (const std::size_t forgetting = probe(known)) return forgetting;
    }
    return 0;
  }

  /// The most steps that trajectories which start from x = 0 a quarter and half the way through the known steps take
  /// to meet the true one, or 0 if that is more than half of them.
  std::size_t probe(std::size_t known) const {
    // The probes overwrite what they run over, with states that are right only once they have met: put it back.
    const std::vector<float> stored(answer_.states.begin(),
                                    answer_.states.begin() + static_cast<std::ptrdiff_t>(known * d_));
    std::size_t longest = 0;
    for (const std::size_t first : {known / 2, known / 4}) {
      Stretch stretch{first, zero_.data()};
      longest = std::max(longest, lockstep_.advance({&stretch, 1}, known / 2, meeting_tolerance));
      std::ranges::copy(stored, answer_.states.begin());
      if (!stretch.met) return 0;
    }
    return longest;
  }

  /// Runs the block. Returns whether another one is worth its while; done_ tells whether this one was.
  bool run_block(const Execution& execution, const Block& block, std::size_t longest) {
    const std::size_t patience = std::min(block.chunk, longest);
    const std::vector<float> known = copy_of_state_before(block.first);
    const auto guess = [&](std::size_t) { return known.data(); };

    std::size_t begun = 0;
    if (block.steps() > length_ / 16) {
      begun = patience;
      run_chunks(execution, block, 0, begun, never_meet, guess);
      // The other guesses: 0, and the mirror image, which lies in another basin if there are several.
      std::vector<float> mirrored(known);
      for (float& x : mirrored) x = -x;
      const auto other_guess = [&](std::size_t c) {
        return c == 0 ? known.data() : c % 2 == 0 ? mirrored.data() : zero_.data();
      };
      const auto rehearsed = run_chunks(execution, block, 0, begun, meeting_tolerance, other_guess);
      if (!std::ranges::all_of(rehearsed, &Stretch::met)) return false;
    }
    const auto where_it_stopped = [&](std::size_t c) { return state_before(block.begin(c) + begun); };
    if (begun == 0) {
      run_chunks(execution, block, 0, block.chunk, never_meet, guess);
    } else if (begun < block.chunk) {
      run_chunks(execution, block, begun, block.chunk - begun, never_meet, where_it_stopped);
    }
    // Where the predecessor really ended. The first chunk is right already and meets itself at once.
    const auto predecessor = [&](std::size_t c) { return state_before(block.begin(c)); };
    const auto chunks = run_chunks(execution, block, 0, patience, meeting_tolerance, predecessor);
    const std::size_t repeated = repair(block, chunks, patience);
    answer_.repeated_steps += repeated;
    done_ += block.steps();
    return repeated <= block.steps() / 16;
  }

  /// Runs `steps` steps of every chunk from its step `offset` on, from the state that start(chunk) points to.
  template <class Start>
  std::vector<Stretch> run_chunks(const Execution& execution, const Block& block, std::size_t offset, std::size_t steps,
                                  float tolerance, const Start& start) const {
    // Copies, since the chunk before may be writing where they come from.
    std::vector<float> starts(block.chunks * d_);
    std::vector<Stretch> stretches(block.chunks);
    for (std::size_t c = 0; c < block.chunks; ++c) {
      std::copy_n(start(c), d_, starts.data() + c * d_);
      stretches[c] = {block.begin(c) + offset, starts.data() + c * d_};
    }
    for_each_chunk(execution, block.chunks, lockstep_.columns(), [&](std::size_t begin, std::size_t end) {
      lockstep_.advance(std::span(stretches).subspan(begin, end - begin), steps, tolerance);
    });
    return stretches;
  }

  /// In order: a chunk that has not met after the verified steps goes on until it does; one whose predecessor now ends
  /// elsewhere than it was told starts anew. Returns the steps that this took.
  std::size_t repair(const Block& block, std::span<const Stretch> chunks, std::size_t verified) const {
    bool predecessor_changed = false;
    std::size_t repeated = 0;
    for (const Stretch& chunk : chunks) {
      if (chunk.met && !predecessor_changed) continue;
      // What is stored of a chunk that has not met is two pieces, which part after the verified steps: to meet the
      // first piece is not enough.
      const std::size_t apart = chunk.met ? 0 : verified;
      if (predecessor_changed) repeated += continue_from(chunk.first, apart, never_meet).steps;
      const Continued rest = continue_from(chunk.first + apart, block.chunk - apart, meeting_tolerance);
      repeated += rest.steps;
      predecessor_changed = !rest.met;
    }
    return repeated;
  }

  struct Continued {
    std::size_t steps;
    bool met;
  };

  /// Takes steps from the state before step `first`.
  Continued continue_from(std::size_t first, std::size_t steps, float tolerance) const {
    if (steps == 0) return {0, false};
    // A copy, since the kernel may keep its state where it likes.
    const std::vector<float> start = copy_of_state_before(first);
    Stretch stretch{first, start.data()};
    const std::size_t taken = lockstep_.advance({&stretch, 1}, steps, tolerance);
    return {taken, stretch.met};
  }

  std::size_t d_;
  std::size_t length_;
  const std::vector<float>& initial_;
  Answer<>& answer_;
  const Lockstep& lockstep_;
  std::vector<float> zero_;
  std::size_t done_ = 0;  ///< steps whose states are final
};

}  // namespace internal

/// Evaluates the sequence in chunks, on the execution's threads. The shapes have been checked.
template <class Cell>
void warm_start(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution, const Lockstep& lockstep) {
  internal::WarmStart(problem.hidden_size, problem.length(), problem.initial_state, answer, lockstep).run(execution);
}

}  // namespace tandem::rnn
