// Prints the least a + b + c with N = ab + c for the N given, and which of two contexts NBCE chooses: the surer one.
#include <iostream>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/nbce/nbce.hpp"
#include "reference/ab_plus_c/ab_plus_c.hpp"

int main(int, char** arguments) {
  tandem::ab_plus_c::Minimum minimum;
  tandem::ab_plus_c::pq_early_stop_simd(tandem::ab_plus_c::parse_natural(arguments[1]), minimum, {});
  std::cout << tandem::ab_plus_c::to_string(minimum.sum) << '\n';

  const tandem::nbce::Problem<float> problem{.vocabulary = 3, .logits = {9, 0, 0, 0, 1, 2, 0, 5, 0}};
  tandem::nbce::Answer<float> answer{.merged = std::vector<float>(3), .entropies = std::vector<double>(3)};
  tandem::nbce::simd(problem, answer, {.threads = 2, .scheduler = tandem::Scheduler::one_tbb});
  std::cout << answer.chosen << '\n';
}
