// A method's description of its answer, field by field, and what the suite does by it: it poisons the output before a
// run, compares it behind, and damages a right one to see that the comparison notices (tests/suite/judge_test.cpp).
//
// A description is a function that names every field with its place in the answer, its size and its rule:
//
//   void describe(const Problem& problem, suite::Fields<Answer>& fields) {
//     fields.equal("tokens", &Answer::tokens, suite::up_to(problem.text.size()));
//     fields.absolute("states", &Answer::states, problem.length(), tolerance);
//     fields.ignored("iterations", &Answer::iterations, "each scheme takes its own number");
//   }
//
// What is not described cannot hide: the compiler counts the members of the answer (members.hpp), each time that an
// output is poisoned all of them must have been named, and before its output is poisoned no variant is run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/agreement.hpp"
#include "benchmarks/suite/damage.hpp"
#include "benchmarks/suite/rules.hpp"
#include "benchmarks/suite/values.hpp"

namespace tandem::suite {

/// The place of a field that is the answer itself.
inline constexpr std::identity itself{};

/// The place of one member of the records that a list of them, the answer, holds.
template <class Row, class Value>
auto column(Value Row::*member) {
  return [member](auto& rows) { return Column<std::remove_reference_t<decltype(rows)>, Value>(rows, member); };
}

/// One visit of a description. A place is a pointer to a member or a function from the answer to a reference.
template <class Answer>
class Fields {
 public:
  // What a method says.

  /// The same values. Of numbers, texts, records, and lists of these.
  template <class Place>
  void equal(const std::string& name, Place place, const Shape& shape = {}) {
    visit(name, place, shape, internal::Equal{});
  }

  /// |actual - expected| <= tolerance, number by number.
  template <class Place>
  void absolute(const std::string& name, Place place, const Shape& shape, double tolerance) {
    relative(name, place, shape, tolerance, [](const Answer&) { return 1.0; });
  }

  /// |actual - expected| <= tolerance * scale, where `scale(right, i)` is number i's, or `scale(right)` that of all or
  /// a function of i; `scale(right, answer)` sees the answer that is compared, too. Called only where there is a right
  /// answer.
  template <class Place, class Scale>
  void relative(const std::string& name, Place place, const Shape& shape, double tolerance, Scale scale) {
    visit(name, place, shape, internal::Numbers<Scale>{tolerance, std::move(scale)});
  }

  /// The same with the Euclidean length of each part's difference; the parts follow each other and are all of the
  /// field. `scale(right, part)` is a number.
  template <class Place, class Scale>
  void relative_length(const std::string& name, Place place, const Shape& shape, double tolerance,
                       std::vector<Part> parts, Scale scale) {
    visit(name, place, shape, internal::Lengths<Scale>{tolerance, std::move(parts), std::move(scale)});
  }

  /// The same values, or other ones for a reason: `excuse(right, answer)` gives an Agreement where they differ. What
  /// was never written is not excused.
  template <class Place, class Excuse>
  void equal_or(const std::string& name, Place place, const Shape& shape, Excuse excuse) {
    visit(name, place, shape, internal::Judged<Excuse>{std::move(excuse)});
  }

  /// Random values with the same law: `law(right, answer)` gives an Agreement. What was never written is refused.
  template <class Place, class Law>
  void statistical(const std::string& name, Place place, const Shape& shape, Law law) {
    visit(name, place, shape, internal::Judged<Law>{std::move(law), /*swaps=*/false});
  }

  /// Not compared, for the reason given; empty before a run.
  template <class Place>
  void ignored(const std::string& name, Place place, const char* /*reason*/) {
    name_once(name, place);
    ignored_.push_back(name);
    if (output_ == nullptr || completed_ != nullptr || damage_) return;
    auto&& value = std::invoke(place, *output_);
    if constexpr (requires { value.rows(); }) {
      for (std::size_t i = 0; i < value.size(); ++i) value[i] = {};
    } else {
      value = {};
    }
  }

  // What the suite does. Each object serves one visit: make it, hand it to the description, ask it.

  /// Names the fields of an answer.
  static Fields list(const Answer& answer) { return Fields(answer); }

  /// Gives the output its shape and fills it with what no right answer holds.
  static Fields poison(Answer& output) {
    Fields fields(output);
    fields.output_ = &output;
    return fields;
  }

  /// Holds an answer against the right one; `skipped` fields are not known of that.
  static Fields compare(const Answer& right, const Answer& answer, const std::vector<std::string>& skipped) {
    Fields fields(answer);
    fields.right_ = &right;
    fields.skipped_ = &skipped;
    return fields;
  }

  /// Puts the fields of those names from an answer into the right one.
  static Fields complete(Answer& right, const Answer& answer, const std::vector<std::string>& names) {
    Fields fields(answer);
    fields.output_ = &right;
    fields.completed_ = &names;
    return fields;
  }

  /// Damages one field of a copy of the right answer.
  static Fields damage(const Answer& right, Answer& foreign, Answer& output, std::string name, Damage damage,
                       std::size_t place) {
    output = right;
    Fields fields(output);
    fields.output_ = &output;
    fields.right_ = &right;
    fields.foreign_ = &foreign;
    fields.damage_ = {std::move(name), damage, place};
    return fields;
  }

  const Agreement& agreement() const { return agreement_; }
  bool damaged() const { return damaged_; }
  /// The names of what is compared.
  const std::vector<std::string>& compared() const { return compared_; }
  const std::vector<std::string>& ignored() const { return ignored_; }
  /// Of an answer that is listed: which field has another shape than is described, or was never written.
  const std::optional<std::string>& malformed() const { return malformed_; }

  /// Throws std::logic_error that names a member of the answer of which the description says nothing.
  void require_complete() const { require(*answer_, "the answer"); }

 private:
  /// A described object, or the column of a list of records.
  struct Named {
    const void* object;
    std::size_t size;
    std::function<bool(const void*)> is_column_of{};
  };
  struct Aim {
    std::string name;
    Damage damage;
    std::size_t place;
  };

  explicit Fields(const Answer& answer) : answer_(&answer) {}

  template <class Place, class Rule>
  void visit(const std::string& name, const Place& place, const Shape& shape, const Rule& rule) {
    name_once(name, place);
    compared_.push_back(name);
    if (damage_) {
      if (damage_->name == name) damaged_ = do_damage(place, shape, rule);
    } else if (completed_ != nullptr) {
      if (std::ranges::count(*completed_, name) == 0) return;
      internal::assign(std::invoke(place, *output_), std::invoke(place, *answer_));
    } else if (right_ != nullptr) {
      if (std::ranges::count(*skipped_, name) != 0) return;
      const auto& expected = std::invoke(place, *right_);
      const auto& actual = std::invoke(place, *answer_);
      agreement_.include(rule.compare(name, expected, actual, *right_, *answer_));
    } else if (output_ != nullptr) {
      suite::poison(std::invoke(place, *output_), shape);
    } else if (!malformed_) {
      malformed_ = other_shape(name, std::invoke(place, *answer_), shape);
      if (!malformed_ && unwritten(std::invoke(place, *answer_))) {
        malformed_ = "a part of " + name + " was never written";
      }
    }
  }

  template <class Place, class Rule>
  bool do_damage(const Place& place, const Shape& shape, const Rule& rule) {
    auto&& value = std::invoke(place, *output_);
    const auto& foreign = std::invoke(place, *foreign_);  // of the same type as the value
    const auto by = [&](const auto& distance) {
      return internal::do_damage(value, damage_->damage, damage_->place, shape, foreign, distance);
    };
    if constexpr (requires { rule.swaps; }) {
      if (damage_->damage == Damage::swapped && !rule.swaps) return false;
    }
    if constexpr (requires { rule.hundred_tolerances(*right_); }) {
      return by(rule.hundred_tolerances(*right_));
    } else {
      return by([](std::size_t) { return 0.0; });
    }
  }

  template <class Place>
  void name_once(const std::string& name, const Place& place) {
    if (std::ranges::count(compared_, name) + std::ranges::count(ignored_, name) != 0) {
      throw std::logic_error("two fields of the answer are called " + name);
    }
    const auto& value = std::invoke(place, *answer_);
    if constexpr (requires { value.rows(); }) {
      named_.push_back({value.rows(), 0, [value](const void* member) { return value.is(member); }});
    } else {
      named_.push_back({&value, sizeof value});
    }
  }

  template <class T>
  void require(const T& value, const std::string& name) const {
    if (std::ranges::any_of(named_, [&](const Named& one) { return one.object == &value && one.size == sizeof value; }))
      return;
    const auto member = [&](std::size_t i) { return "member " + std::to_string(i + 1) + " of " + name; };
    if constexpr (Record<T>) {
      for_each_member(value, [&](const auto& one, std::size_t i) { require(one, member(i)); });
      return;
    } else if constexpr (List<T>) {
      if constexpr (Record<typename T::value_type>) {
        for_each_member(sample_of<typename T::value_type>(), [&](const auto& one, std::size_t i) {
          const bool found = std::ranges::any_of(named_, [&](const Named& column) {
            return column.object == &value && column.is_column_of && column.is_column_of(&one);
          });
          if (!found) throw std::logic_error("the description leaves out " + member(i) + "'s elements");
        });
        return;
      }
    }
    throw std::logic_error("the description leaves out " + name);
  }

  const Answer* answer_;
  Answer* output_ = nullptr;
  const Answer* right_ = nullptr;
  Answer* foreign_ = nullptr;
  const std::vector<std::string>* skipped_ = nullptr;
  const std::vector<std::string>* completed_ = nullptr;
  std::optional<Aim> damage_;

  std::vector<Named> named_;
  std::vector<std::string> compared_;
  std::vector<std::string> ignored_;
  Agreement agreement_;
  std::optional<std::string> malformed_;
  bool damaged_ = false;
};

}  // namespace tandem::suite
