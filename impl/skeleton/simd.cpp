// The SIMD variants. Highway compiles this file once per SIMD target by including it again (foreach_target.h) and picks
// the best target of the processor at run time, or the one that the user has pinned.
#include "impl/skeleton/skeleton.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/skeleton/simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

// From here on: once per target. A plain scalar loop that is timed as an opponent belongs here too, so that the
// compiler may use the same instructions for it.
HWY_BEFORE_NAMESPACE();
namespace tandem::skeleton::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The numbers [begin, end) of the answer. The one kernel behind all schedulers, so that the difference between the
// OpenMP and the oneTBB variant is the scheduler's and nothing else's.
void axpy(const Problem& problem, Answer& answer, std::size_t begin, std::size_t end) {
  const float alpha = problem.alpha;  // a copy: as far as the compiler knows, the answer may overlap the problem
  const float* x = problem.x.data();
  const float* y = problem.y.data();
  float* out = answer.data();

  // One register of numbers, or a single one: the same code with another tag.
  const auto step = [&](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(hn::MulAdd(hn::Set(d, alpha), hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, out + i);
  };
  const hn::ScalableTag<float> full;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(full);

  std::size_t i = begin;
  for (; i + 4 * lanes <= end; i += 4 * lanes) {  // four at a time: the loop's own instructions weigh less
    step(full, i);
    step(full, i + lanes);
    step(full, i + 2 * lanes);
    step(full, i + 3 * lanes);
#ifdef TANDEM_INJECTED_INSTRUCTION  // for ci/gate_power: not in any other build
    __asm__ volatile("nop");
#endif
  }
  for (; i + lanes <= end; i += lanes) step(full, i);
  for (; i < end; ++i) step(single, i);
}

}  // namespace tandem::skeleton::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

// From here on: once.
#if HWY_ONCE
namespace tandem::skeleton {

HWY_EXPORT(axpy);  // the table of the targets' kernels

void simd(const Problem& problem, Answer& answer, const Execution& execution) {
  require_shapes(problem, answer);
  for_each_chunk(execution, answer.size(), grain, [&](std::size_t begin, std::size_t end) {
    HWY_DYNAMIC_DISPATCH(axpy)(problem, answer, begin, end);
  });
}

}  // namespace tandem::skeleton
#endif  // HWY_ONCE
