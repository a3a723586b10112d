// Prints the least a + b + c with N = ab + c for the N given.
#include <iostream>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "reference/ab_plus_c.hpp"

int main(int, char** arguments) {
  tandem::ab_plus_c::Minimum minimum;
  tandem::ab_plus_c::pq_early_stop_simd(tandem::ab_plus_c::parse_natural(arguments[1]), minimum, {});
  std::cout << tandem::ab_plus_c::to_string(minimum.sum) << '\n';
}
