// Chunks of the sequence at once: each starts from a guess, and every boundary is verified.
//
// Where a cell forgets its state, a chunk that starts from x = 0 falls into step with the true trajectory after some
// steps, the forgetting length W. So a block of the sequence is cut into chunks that run side by side (register
// columns, SIMD lanes, threads) from x = 0, except the first, whose state is known. Then each runs once more from where
// its predecessor really ended, until it meets what it has stored; from there on nothing would change. The second run
// finds W by itself, replaces the wrong beginning, and is the verification: a chunk that does not meet ends
// differently, and its successor is repeated, sequentially and in order. So the answer is right for every cell, and
// fast for those that forget. Cost: T + (chunks) W steps; a block in which too much was repeated ends the attempt, and
// the rest of the sequence runs step by step.
//
// Before the first block, W is measured on a short stretch at the beginning that runs step by step: trajectories from
// x = 0 at a few places of it must meet it. Where they do not, no block is tried, and little is lost.
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
  bool met = false;  ///< a state was within the tolerance of the one that was stored before
};

/// What a cell does for the driver below: it advances up to columns() trajectories side by side.
class Lockstep {
 public:
  virtual ~Lockstep() = default;

  /// Trajectories that the kernel advances at its best speed.
  virtual std::size_t columns() const = 0;

  /// Takes `steps` steps of each of the (at most columns()) stretches and stores the states in the answer. With a
  /// tolerance of at least 0 each state is first compared with the one stored, and the run ends with the first step
  /// at which all stretches have met. Returns the steps taken. The stretches must not overlap. One stretch alone runs
  /// at the speed of the sequential variant. Several threads may call at once.
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

  template <class Scheduler>
  void run(const Execution& execution) {
    answer_.iterations = 1;
    answer_.repeated_steps = 0;
    const std::size_t columns = lockstep_.columns() * static_cast<std::size_t>(std::max(execution.threads, 1));
    // Shares of the sequence that may be lost in vain: a failed probe costs about 1/20, a failed block as much.
    const std::size_t probed = length_ / 32;
    sequential(0, probed);
    std::size_t done = probed;
    if (const std::size_t forgetting = probe(probed)) {
      const std::size_t block = std::max(length_ / 10, 16 * columns * forgetting);
      bool worth_it = true;
      while (worth_it && done < length_) {
        const std::size_t left = length_ - done;
        const std::size_t steps = left < block + block / 2 ? left : block;
        const std::size_t chunk = steps / columns;
        if (chunk < 2 * forgetting) break;
        worth_it = run_block<Scheduler>(execution, done, chunk, columns, 4 * forgetting);
        done += chunk * columns;
      }
    }
    sequential(done, length_ - done);
  }

 private:
  const float* state_before(std::size_t t) const {
    return t == 0 ? initial_.data() : answer_.states.data() + (t - 1) * d_;
  }

  void sequential(std::size_t first, std::size_t steps) const {
    if (steps == 0) return;
    // A copy, since the kernel may keep its state where it likes.
    const std::vector<float> start(state_before(first), state_before(first) + d_);
    Stretch stretch{first, start.data()};
    lockstep_.advance({&stretch, 1}, steps, never_meet);
  }

  /// The steps until trajectories from x = 0 have met the stored ones in the first half of the first `known` steps, or
  /// 0 if they do not within the other half.
  std::size_t probe(std::size_t known) const {
    constexpr std::size_t probes = 3;
    const std::size_t limit = known / 2;
    if (limit < probes) return 0;
    // The probes overwrite what they run over, with states that are right only once they have met: put it back.
    const std::vector<float> stored(answer_.states.begin(),
                                    answer_.states.begin() + static_cast<std::ptrdiff_t>(known * d_));
    std::size_t longest = 0;
    for (std::size_t probe = 1; probe <= probes; ++probe) {
      Stretch stretch{probe * limit / probes, zero_.data()};
      longest = std::max(longest, lockstep_.advance({&stretch, 1}, limit, meeting_tolerance));
      std::ranges::copy(stored, answer_.states.begin());
      if (!stretch.met) return 0;
    }
    return longest;
  }

  /// Runs the block of `columns` chunks that begins with step `first`. Returns whether little had to be repeated.
  template <class Scheduler>
  bool run_block(const Execution& execution, std::size_t first, std::size_t chunk, std::size_t columns,
                 std::size_t longest_meeting) {
    std::vector<Stretch> stretches(columns);
    for (std::size_t c = 0; c < columns; ++c) stretches[c] = {first + c * chunk, zero_.data()};
    std::vector<float> starts(columns * d_);
    std::copy_n(state_before(first), d_, starts.begin());
    stretches[0].start = starts.data();

    const std::size_t tile = lockstep_.columns();
    const auto advance_all = [&](std::size_t steps, float tolerance) {
      Scheduler::for_each_chunk(execution, columns, tile, [&](std::size_t begin, std::size_t end) {
        lockstep_.advance(std::span(stretches).subspan(begin, end - begin), steps, tolerance);
      });
    };
    advance_all(chunk, never_meet);
    for (std::size_t c = 1; c < columns; ++c) {
      std::copy_n(state_before(stretches[c].first), d_, starts.begin() + static_cast<std::ptrdiff_t>(c * d_));
      stretches[c].start = starts.data() + c * d_;
    }
    // The first chunk is right already and meets itself at once.
    const std::size_t verified = std::min(chunk, longest_meeting);
    advance_all(verified, meeting_tolerance);
    return repair(stretches, chunk, verified);
  }

  /// In order: a chunk that has not met yet goes on until it does; one whose predecessor ended elsewhere than it was
  /// told starts anew.
  bool repair(std::span<Stretch> stretches, std::size_t chunk, std::size_t verified) {
    bool predecessor_changed = false;
    std::size_t repeated = 0;
    for (Stretch& stretch : stretches) {
      if (stretch.met && !predecessor_changed) continue;
      const std::size_t begin = predecessor_changed ? 0 : verified;
      const std::size_t first = stretch.first + begin;
      const std::vector<float> start(state_before(first), state_before(first) + d_);
      Stretch rest{first, start.data()};
      repeated += chunk == begin ? 0 : lockstep_.advance({&rest, 1}, chunk - begin, meeting_tolerance);
      predecessor_changed = !rest.met;
    }
    answer_.repeated_steps += repeated;
    return repeated <= stretches.size() * chunk / 10;
  }

  std::size_t d_;
  std::size_t length_;
  const std::vector<float>& initial_;
  Answer<>& answer_;
  const Lockstep& lockstep_;
  std::vector<float> zero_;
};

}  // namespace internal

/// Evaluates the sequence in chunks under the given scheduler. The shapes have been checked.
template <class Scheduler, class Cell>
void warm_start(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution, const Lockstep& lockstep) {
  internal::WarmStart(problem.hidden_size, problem.length(), problem.initial_state, answer, lockstep)
      .template run<Scheduler>(execution);
}

}  // namespace tandem::rnn
