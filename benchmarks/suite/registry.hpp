// What the suite knows of a method: its variants, its workloads, and how answers are compared.
//
// A method registers itself from one file, benchmarks/<method>.cpp, with a static `Registered<Problem, Answer>`.
// Everything else (check, bench, run, the report, the agreement test) walks the registry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/support/execution.hpp"

namespace tandem::suite {

/// What a run must at least do: element operations of each kind and bytes moved. With the machine's peaks it gives the
/// roof, the least time the run can take. Operations that share the same ports add up.
struct Work {
  double fma_float = 0;
  double fma_double = 0;
  double sqrt_double = 0;
  double divide_double = 0;
  double exp_float = 0;
  double bytes_read = 0;
  double bytes_written = 0;
  double footprint = 0;  ///< bytes of memory touched: decides which cache level's bandwidth applies

  double operations() const { return fma_float + fma_double + sqrt_double + divide_double + exp_float; }
  double bytes() const { return bytes_read + bytes_written; }
};

/// How the cost of a variant grows: expected steps of its inner loop for one item = constant * size^exponent, where
/// size is the workload's. It decides at which sizes a slow variant is left out, and is printed beside the measured
/// exponent.
struct Growth {
  double exponent = 1;
  double constant = 1;

  double steps(double size) const;
};

/// How far an answer is from the expected one, in the method's own measure.
struct Agreement {
  double error = 0;
  double tolerance = 0;
  std::string message{};  ///< where they differ, naming the first differing element; empty when they agree

  bool agrees() const { return error <= tolerance; }  // false for NaN
};

template <class Problem, class Answer>
struct Variant {
  /// `reference` first; then algorithm, `eigen` or `simd`, `omp` or `tbb`; or `peer_...`.
  std::string name;
  std::function<void(const Problem&, Answer&, const Execution&)> run;
  Growth growth;
  /// The work this variant's algorithm declares, where it is not the method's.
  std::function<Work(const Problem&, const Answer&)> work{};
  /// Why the variant does not take this problem, or nothing; absent: it takes all.
  std::function<std::optional<std::string>(const Problem&)> unsuited{};
};

template <class Problem>
struct Workload {
  std::string name;
  double size = 1;     ///< what the cost grows with, the x axis of the growth fit
  double items = 1;    ///< independent items solved by one run; times and steps are compared per item
  bool fitted = true;  ///< part of the growth fit, whose workloads differ in nothing but size
  bool quick = true;   ///< part of `tandem run --quick`
  std::function<Problem(std::uint64_t seed)> make;
};

template <class Problem, class Answer>
struct Method {
  std::string name;
  std::string summary;  ///< one sentence: what is computed
  std::string source;   ///< post or paper
  bool hidden = false;  ///< left out of every verb unless asked for
  /// The single-threaded variant that speedups are measured against beside the reference; empty: the fastest.
  std::string baseline{};
  std::vector<Variant<Problem, Answer>> variants;
  std::vector<Workload<Problem>> workloads;  ///< smallest first

  /// A problem with `count` elements, for the agreement test at awkward sizes (0, 1, around the SIMD width).
  std::function<Problem(std::size_t count, std::uint64_t seed)> problem;
  /// A hash of the problem's content (suite::hash_of), so that two results files can be seen to have had the same
  /// input.
  std::function<std::uint64_t(const Problem&)> hash{};
  /// Gives the answer its shape and fills it with values that no right answer has.
  std::function<void(const Problem&, Answer&)> poison;
  std::function<Agreement(const Problem&, const Answer& expected, const Answer& actual)> compare;
  /// A cheap proof that the answer is right, without the reference: a sentence that says what is wrong, or nothing.
  std::function<std::optional<std::string>(const Problem&, const Answer&)> certificate;
  /// Work that every algorithm must do (for instance writing the answer); absent: none is declared.
  std::function<Work(const Problem&, const Answer&)> work{};
  /// Steps of the inner loop as counted by the variant itself, where it counts them.
  std::function<std::optional<double>(const Answer&)> counted_steps{};
};

/// What a variant's name says of it.
struct VariantTraits {
  explicit VariantTraits(std::string_view name);

  bool reference;
  bool openmp;    ///< ends in _omp (or is this word)
  bool threaded;  ///< the same, or _tbb
  bool peer;      ///< begins with peer_
};

/// A workload's name, size and place in --quick, free of the problem type.
struct WorkloadCard {
  std::string name;
  double size;
  double items;
  bool fitted;
  bool quick;
};

struct VariantCard {
  std::string name;
  VariantTraits traits;
  Growth growth;
};

/// One problem of a method with one output buffer, free of the method's types. Variants are given by their index.
class Case {
 public:
  virtual ~Case() = default;

  /// Replaces the problem, in place, by the one of another seed; what was expected is forgotten.
  virtual void reseed(std::uint64_t seed) = 0;
  virtual std::optional<std::string> unsuited(std::size_t variant) const = 0;
  virtual void poison() = 0;
  virtual void run(std::size_t variant, const Execution& execution) = 0;
  /// Takes the output as what every other variant must give.
  virtual void expect() = 0;
  virtual bool has_expectation() const = 0;
  /// The output against what is expected.
  virtual Agreement compare() const = 0;
  virtual std::optional<std::string> certificate() const = 0;
  virtual Work work(std::size_t variant) const = 0;
  virtual std::optional<double> counted_steps() const = 0;
  virtual std::optional<std::uint64_t> input_hash() const = 0;
};

class AnyMethod {
 public:
  virtual ~AnyMethod() = default;

  std::string name;
  std::string summary;
  std::string source;
  bool hidden = false;
  std::string baseline;
  std::vector<VariantCard> variants;
  std::vector<WorkloadCard> workloads;

  virtual std::unique_ptr<Case> make_case(std::size_t workload, std::uint64_t seed) const = 0;
  /// A problem of `count` elements, for the agreement test.
  virtual std::unique_ptr<Case> make_case_of_count(std::size_t count, std::uint64_t seed) const = 0;

  std::size_t variant_index(std::string_view variant) const;  ///< throws std::invalid_argument if absent
};

/// All registered methods, by name.
const std::vector<std::unique_ptr<AnyMethod>>& methods();

/// The method of that name; throws std::invalid_argument that lists the names if there is none.
const AnyMethod& method_named(std::string_view name);

/// Adds a method; throws std::logic_error for a name that is taken or holds anything but letters, digits and _ (names
/// become parts of regular expressions), no reference first, or no workload.
void add_method(std::unique_ptr<AnyMethod> method);

/// One sentence for each thing that is not here (data, a peer): what it is for, and what brings it.
const std::vector<std::string>& absences();
/// Several methods may miss the same thing: a sentence that is there already is not added.
void add_absence(std::string sentence);

namespace internal {

template <class Problem, class Answer>
class TypedCase final : public Case {
 public:
  TypedCase(const Method<Problem, Answer>& method, std::function<Problem(std::uint64_t)> make, std::uint64_t seed)
      : method_(method), make_(std::move(make)), problem_(make_(seed)) {}

  void reseed(std::uint64_t seed) override {
    problem_ = make_(seed);
    expected_.reset();
  }
  std::optional<std::string> unsuited(std::size_t variant) const override {
    const auto& unsuited = method_.variants[variant].unsuited;
    return unsuited ? unsuited(problem_) : std::nullopt;
  }
  void poison() override { method_.poison(problem_, answer_); }
  void run(std::size_t variant, const Execution& execution) override {
    method_.variants[variant].run(problem_, answer_, execution);
  }
  void expect() override { expected_ = answer_; }
  bool has_expectation() const override { return expected_.has_value(); }
  Agreement compare() const override { return method_.compare(problem_, expected_.value(), answer_); }
  std::optional<std::string> certificate() const override { return method_.certificate(problem_, answer_); }
  Work work(std::size_t variant) const override {
    if (const auto& work = method_.variants[variant].work) return work(problem_, answer_);
    return method_.work ? method_.work(problem_, answer_) : Work{};
  }
  std::optional<double> counted_steps() const override {
    return method_.counted_steps ? method_.counted_steps(answer_) : std::nullopt;
  }
  std::optional<std::uint64_t> input_hash() const override {
    return method_.hash ? std::optional(method_.hash(problem_)) : std::nullopt;
  }

 private:
  const Method<Problem, Answer>& method_;
  std::function<Problem(std::uint64_t)> make_;
  Problem problem_;
  Answer answer_{};
  std::optional<Answer> expected_;
};

template <class Problem, class Answer>
class TypedMethod final : public AnyMethod {
 public:
  explicit TypedMethod(Method<Problem, Answer> method) : method_(std::move(method)) {
    name = method_.name;
    summary = method_.summary;
    source = method_.source;
    hidden = method_.hidden;
    baseline = method_.baseline;
    for (const auto& variant : method_.variants) {
      variants.push_back({variant.name, VariantTraits(variant.name), variant.growth});
    }
    for (const auto& workload : method_.workloads) {
      workloads.push_back({workload.name, workload.size, workload.items, workload.fitted, workload.quick});
    }
  }

  std::unique_ptr<Case> make_case(std::size_t workload, std::uint64_t seed) const override {
    return std::make_unique<TypedCase<Problem, Answer>>(method_, method_.workloads[workload].make, seed);
  }
  std::unique_ptr<Case> make_case_of_count(std::size_t count, std::uint64_t seed) const override {
    const auto make = [this, count](std::uint64_t any_seed) { return method_.problem(count, any_seed); };
    return std::make_unique<TypedCase<Problem, Answer>>(method_, make, seed);
  }

  const Method<Problem, Answer>& method() const { return method_; }

 private:
  Method<Problem, Answer> method_;
};

}  // namespace internal

/// The method of that name with its types, for `tandem solve`. Throws std::bad_cast if the types are others.
template <class Problem, class Answer>
const Method<Problem, Answer>& typed_method(std::string_view name) {
  return dynamic_cast<const internal::TypedMethod<Problem, Answer>&>(method_named(name)).method();
}

/// Registers a method from a static object: `const Registered<Problem, Answer> registered{{.name = ...}};`
template <class Problem, class Answer>
struct Registered {
  explicit Registered(Method<Problem, Answer> method) {
    add_method(std::make_unique<internal::TypedMethod<Problem, Answer>>(std::move(method)));
  }
};

}  // namespace tandem::suite
