// The Eigen variant. Eigen fixes its instruction set when it is compiled, so the build system compiles every file whose
// name contains "eigen" once per instruction-set level (impl/support/levels.hpp), and the function at the end of this
// file picks a level at run time. That keeps the comparison with Highway fair on every processor.
//
// The price is one rule, which the test `levels` enforces: the compilations for the higher levels must define no shared
// inline function. If std::vector<float>::resize were instantiated here, the linker would keep one copy for the whole
// program, perhaps the AVX-512 one, and the program would crash on older processors. Eigen's own functions are safe
// because its namespace is renamed per level. So: map raw pointers, size every output outside, keep helpers in an
// anonymous namespace, and leave the threading of an Eigen variant to a file without "eigen" in its name.
#include <Eigen/Core>

#include "impl/skeleton/skeleton.hpp"
#include "impl/support/levels.hpp"

namespace tandem::skeleton {

// One definition per level; TANDEM_LEVEL is the level of the compilation at hand.
template <class Level>
void eigen_at(const Problem& problem, Answer& answer);

template <>
void eigen_at<level::TANDEM_LEVEL>(const Problem& problem, Answer& answer) {
  using Vector = Eigen::VectorXf;
  const auto size = static_cast<Eigen::Index>(answer.size());
  const Eigen::Map<const Vector> x(problem.x.data(), size);
  const Eigen::Map<const Vector> y(problem.y.data(), size);
  Eigen::Map<Vector>(answer.data(), size) = problem.alpha * x + y;
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
void eigen(const Problem& problem, Answer& answer, const Execution&) {
  require_shapes(problem, answer);
  at_chosen_level([&](auto level) { eigen_at<decltype(level)>(problem, answer); });
}
#endif

}  // namespace tandem::skeleton
