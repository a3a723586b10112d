#include "impl/nbce/nbce.hpp"
#include "impl/support/random.hpp"

namespace tandem::nbce {

double uniform_for(std::uint64_t seed, std::uint64_t request, std::uint64_t step) {
  return random_uniform(seed, request, step);
}

}  // namespace tandem::nbce
