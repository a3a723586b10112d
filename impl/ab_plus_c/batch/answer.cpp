#include <stdexcept>
#include <string>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/batch/run.hpp"

namespace tandem::ab_plus_c {

void BatchAnswer::resize(std::size_t count) {
  for (auto* values : {&sum, &a, &b, &c}) values->resize(count);
}

void require_size(const Batch& batch, const BatchAnswer& answer) {
  for (const auto* values : {&answer.sum, &answer.a, &answer.b, &answer.c}) {
    if (values->size() != batch.size()) {
      throw std::invalid_argument("a batch of " + std::to_string(batch.size()) +
                                  " numbers needs an answer of that size, not " + std::to_string(values->size()));
    }
  }
}

}  // namespace tandem::ab_plus_c
