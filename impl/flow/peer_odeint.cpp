// Boost.odeint over the same field as `simd`: the integrators that one would otherwise take.
#include <algorithm>
#include <boost/numeric/odeint/integrate/integrate_times.hpp>
#include <boost/numeric/odeint/stepper/euler.hpp>
#include <boost/numeric/odeint/stepper/generation.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta4.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/flow/flow.hpp"

namespace tandem::flow {
namespace {

namespace odeint = boost::numeric::odeint;
using State = std::vector<double>;

/// As many as `simd` takes.
constexpr std::size_t samples_together = 256;

/// The right side of the equation, and how often it was asked for.
template <class Problem>
class Counted {
 public:
  Counted(const Problem& problem, std::size_t& evaluations) : problem_(&problem), evaluations_(&evaluations) {}
  void operator()(const State& x, State& velocity, double t) const {
    ++*evaluations_;
    mixture_velocities(problem_->data, problem_->noise, x.data(), x.size() / problem_->starts.dimension, t,
                       velocity.data());
  }

 private:
  const Problem* problem_;
  std::size_t* evaluations_;
};

/// Calls run(first sample, states) for every 256 samples.
template <class Problem, class Run>
void for_samples_together(const Problem& problem, const Run& run) {
  const std::size_t size = problem.starts.dimension;
  for (std::size_t begin = 0; begin < problem.starts.size(); begin += samples_together) {
    const std::size_t end = std::min(begin + samples_together, problem.starts.size());
    State x(problem.starts.values.begin() + static_cast<std::ptrdiff_t>(begin * size),
            problem.starts.values.begin() + static_cast<std::ptrdiff_t>(end * size));
    run(begin, x);
  }
}

template <class Stepper, class Field>
void take_steps(Stepper stepper, const Field& field, const std::vector<double>& times, State& x) {
  for (std::size_t k = 0; k + 1 < times.size(); ++k) stepper.do_step(field, x, times[k], times[k + 1] - times[k]);
}

}  // namespace

void peer_odeint(const MixtureProblem& problem, Samples<double>& samples, const Execution&) {
  require_valid(problem, samples);
  const Scheme scheme = problem.path.scheme;
  if (scheme != Scheme::euler && scheme != Scheme::runge_kutta_4) {
    throw std::invalid_argument("Boost.odeint has no " + std::string(name_of(scheme)));
  }
  const std::vector<double> times = uniform_times(1, problem.path.end, problem.path.steps);
  samples.evaluations = problem.path.steps * evaluations_per_step(scheme);
  for_samples_together(problem, [&](std::size_t begin, State& x) {
    std::size_t evaluations = 0;
    const Counted field(problem, evaluations);
    if (scheme == Scheme::euler) take_steps(odeint::euler<State>(), field, times, x);
    if (scheme == Scheme::runge_kutta_4) take_steps(odeint::runge_kutta4<State>(), field, times, x);
    samples.evaluations = evaluations;
    std::ranges::copy(x, samples.points.data() + begin * problem.starts.dimension);
  });
}

void peer_odeint(const AdaptiveProblem& problem, AdaptiveSamples& samples, const Execution&) {
  require_valid(problem, samples);
  const std::size_t size = problem.starts.dimension, numbers = problem.starts.values.size();
  std::vector<double> times = problem.times;
  if (times.front() != 1) times.insert(times.begin(), 1);  // odeint begins at the first time that it reports
  const std::size_t added = times.size() - problem.times.size();
  std::size_t all_evaluations = 0;
  for_samples_together(problem, [&](std::size_t begin, State& x) {
    std::size_t evaluations = 0, reported = 0;
    const auto keep = [&](const State& state, double) {
      const std::size_t time = reported++;
      if (time >= added) std::ranges::copy(state, samples.states.data() + (time - added) * numbers + begin * size);
    };
    const std::size_t together = x.size() / size;
    odeint::integrate_times(
        odeint::make_dense_output(problem.options.absolute, problem.options.relative, -problem.options.longest_step,
                                  odeint::runge_kutta_dopri5<State>()),
        Counted(problem, evaluations), x, times, (times.back() - 1) / 100, keep);
    all_evaluations += evaluations * together;
  });
  samples.evaluations = mean_evaluations(all_evaluations, problem.starts.size());
}

}  // namespace tandem::flow
