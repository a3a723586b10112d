// The registered rows of a recurrent cell, for tests of their own.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "impl/rnn/rnn.hpp"

namespace tandem::rnn {

template <class Cell>
std::string method_name() {
  return std::string(Cell::gates == 1 ? "rnn_tanh" : "rnn_gru") + (Cell::dense ? "" : "_diagonal");
}

template <class Problem, class Answer>
using Rows = std::vector<suite::Variant<Problem, Answer>>;

/// The method's rows whose names begin in one of these ways.
template <class Problem, class Answer>
Rows<Problem, Answer> rows_starting_with(const std::string& method,
                                         std::initializer_list<std::string_view> beginnings) {
  Rows<Problem, Answer> rows = suite::typed_method<Problem, Answer>(method).variants;
  std::erase_if(rows, [&](const auto& row) {
    return std::ranges::none_of(beginnings,
                                [&](std::string_view beginning) { return row.name.text.starts_with(beginning); });
  });
  return rows;
}

/// The same of the cell's method of evaluating a sequence.
template <class Cell>
Rows<Problem<Cell>, Answer<>> rows_starting_with(std::initializer_list<std::string_view> beginnings) {
  return rows_starting_with<Problem<Cell>, Answer<>>(method_name<Cell>(), beginnings);
}

}  // namespace tandem::rnn
