// What the suite knows of a method: its variants, its workloads, and how answers are compared.
//
// A method registers itself from one file of benchmarks/<family>/, with a static `Registered<Problem, Answer>`.
// Everything else (check, bench, run, the report, the agreement test) walks the registry.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "benchmarks/suite/case.hpp"
#include "benchmarks/suite/fields.hpp"
#include "impl/support/execution.hpp"

namespace tandem::suite {

/// Says which fields an answer has, and by which rule each is compared (fields.hpp). The fields' places and rules may
/// depend on the problem, never on an answer.
template <class Problem, class Answer>
using Describe = std::function<void(const Problem&, Fields<Answer>&)>;

/// A cheap proof that an answer is right, without the reference: a sentence that says what is wrong, or nothing. It is
/// asked about answers that have their fields' sizes.
template <class Problem, class Answer>
using Certify = std::function<std::optional<std::string>(const Problem&, const Answer&)>;

/// The rows that a line of a method's table makes.
enum class Rows {
  one,             ///< `name`
  scheduled,       ///< `name`, `name_omp`, `name_tbb`
  scheduled_only,  ///< `name_omp`, `name_tbb`: another variant is what this one is on one thread
  openmp_too,      ///< `name`, `name_omp`
};

/// What a variant is called, and its rows. A plain string is the name of one row.
struct VariantName {
  std::string text;
  Rows rows;

  VariantName(const char* name, Rows made = Rows::one) : text(name), rows(made) {}
  VariantName(std::string name, Rows made = Rows::one) : text(std::move(name)), rows(made) {}
  operator const std::string&() const { return text; }
};
inline VariantName scheduled(std::string name) { return {std::move(name), Rows::scheduled}; }
inline VariantName scheduled_only(std::string name) { return {std::move(name), Rows::scheduled_only}; }

template <class Problem, class Answer>
struct Variant {
  /// `reference` first; then algorithm, `eigen` or `simd`; or `peer_...`. The registry adds `_omp` and `_tbb` to the
  /// rows of a variant that is `scheduled`, and gives each the execution's scheduler.
  VariantName name;
  std::function<void(const Problem&, Answer&, const Execution&)> run;
  Growth growth;
  /// The work this variant's algorithm declares, where it is not the method's.
  std::function<Work(const Problem&, const Answer&)> work{};
  /// Why the variant does not take this problem, or nothing; absent: it takes all.
  std::function<std::optional<std::string>(const Problem&)> unsuited{};
  /// Rules of its own, where it answers another way than the method's other variants: with random numbers of its own,
  /// or only a part. What it ignores is not known where its answer is taken as the right one.
  Describe<Problem, Answer> fields{};
  /// A certificate of its own, where the method's asks for what this variant does not promise.
  Certify<Problem, Answer> certificate{};
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
  std::vector<Headline> headlines{};         ///< at least one; the first is raced first

  /// A problem with `count` elements, for the agreement test at awkward sizes (0, 1, around the SIMD width).
  std::function<Problem(std::size_t count, std::uint64_t seed)> problem;
  /// Counts where a kernel's structure changes (a block, stage, tile, window or panel is full), from the kernels' own
  /// constants: awkward sizes of this method alone, each with its neighbours.
  std::vector<std::size_t> structural_counts{};
  /// A hash of the problem's content (suite::hash_of), so that two results files can be seen to have had the same
  /// input.
  std::function<std::uint64_t(const Problem&)> hash{};
  /// The answer, field by field: comparison, poison and the test of the judge come of it.
  Describe<Problem, Answer> fields;
  Certify<Problem, Answer> certificate;
  /// Work that every algorithm must do (for instance writing the answer); absent: none is declared.
  std::function<Work(const Problem&, const Answer&)> work{};
  /// Steps of the inner loop for one item, the mean over all, where the variants count them.
  std::function<std::optional<double>(const Answer&)> counted_steps{};
  /// What such a step is called: the heading of their column.
  std::string step_name = "steps";
};

/// The suffix and the scheduler of every row that a line makes.
std::span<const std::pair<const char*, Scheduler>> schedulers_of(Rows rows);

/// A line for each row that the lines of a table make.
template <class Problem, class Answer>
std::vector<Variant<Problem, Answer>> rows_of(const std::vector<Variant<Problem, Answer>>& lines) {
  std::vector<Variant<Problem, Answer>> rows;
  for (const auto& line : lines) {
    for (const auto& [suffix, scheduler] : schedulers_of(line.name.rows)) {
      Variant<Problem, Answer>& row = rows.emplace_back(line);
      row.name = line.name.text + suffix;
      if (scheduler == Scheduler::sequential) continue;
      row.run = [run = line.run, by = scheduler](const Problem& problem, Answer& answer, const Execution& execution) {
        run(problem, answer, {.threads = execution.threads, .scheduler = by});
      };
    }
  }
  return rows;
}

/// All registered methods, by name.
const std::vector<std::unique_ptr<AnyMethod>>& methods();

/// The method of that name; throws std::invalid_argument that lists the names if there is none.
const AnyMethod& method_named(std::string_view name);

/// Adds a method; throws std::logic_error for a name that is taken or holds anything but letters, digits and _ (names
/// become parts of regular expressions), no reference first, or no workload.
void add_method(std::unique_ptr<AnyMethod> method);

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
  void poison() override {
    auto fields = Fields<Answer>::poison(answer_);
    method_.fields(problem_, fields);
    fields.require_complete();
  }
  void run(std::size_t variant, const Execution& execution) override {
    method_.variants[variant].run(problem_, answer_, execution);
  }
  std::optional<std::string> expect(std::size_t variant) override {
    const auto fields = listed(variant, answer_);
    if (fields.malformed()) return fields.malformed();
    if (!expected_) {
      expected_ = answer_;
      unknown_ = fields.ignored();
      return std::nullopt;
    }
    auto completed = Fields<Answer>::complete(*expected_, answer_, unknown_);
    describe(variant, completed);
    std::erase_if(unknown_, [&](const std::string& name) { return std::ranges::count(fields.compared(), name) != 0; });
    return std::nullopt;
  }
  bool has_expectation() const override { return expected_.has_value(); }
  Agreement compare(std::size_t variant) const override {
    auto fields = Fields<Answer>::compare(expected_.value(), answer_, unknown_);
    describe(variant, fields);
    return fields.agreement();
  }
  std::optional<std::string> certificate(std::size_t variant) const override {
    const auto& of_variant = method_.variants[variant].certificate;
    return (of_variant ? of_variant : method_.certificate)(problem_, answer_);
  }
  std::vector<std::string> fields(std::size_t variant) const override { return listed(variant, answer_).compared(); }
  bool has_own_rules(std::size_t variant) const override { return method_.variants[variant].fields != nullptr; }
  bool damage(std::size_t variant, const std::string& field, Damage damage, std::size_t place,
              const Case& other_seed) override {
    Answer foreign = dynamic_cast<const TypedCase&>(other_seed).answer_;
    auto fields = Fields<Answer>::damage(expected_.value(), foreign, answer_, field, damage, place);
    describe(variant, fields);
    return fields.damaged();
  }
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
  void describe(std::size_t variant, Fields<Answer>& fields) const {
    const auto& of_variant = method_.variants[variant].fields;
    (of_variant ? of_variant : method_.fields)(problem_, fields);
  }
  Fields<Answer> listed(std::size_t variant, const Answer& answer) const {
    auto fields = Fields<Answer>::list(answer);
    describe(variant, fields);
    fields.require_complete();
    return fields;
  }

  const Method<Problem, Answer>& method_;
  std::function<Problem(std::uint64_t)> make_;
  Problem problem_;
  Answer answer_{};
  std::optional<Answer> expected_;
  std::vector<std::string> unknown_;  ///< fields that the variant behind the expected answer does not give
};

/// Throws std::logic_error that names what a method lacks.
template <class Problem, class Answer>
void require_parts(const Method<Problem, Answer>& method) {
  const auto require = [&](bool there, const std::string& what) {
    if (!there) throw std::logic_error("the method '" + method.name + "' has no " + what);
  };
  require(method.fields != nullptr, "description of its answer (.fields), which comparison and poison come of");
  require(method.certificate != nullptr, "certificate");
  require(method.problem != nullptr, "problem for the agreement test");
  for (const auto& variant : method.variants)
    require(variant.run != nullptr, "function for variant " + variant.name.text);
  for (const auto& workload : method.workloads) require(workload.make != nullptr, "make for workload " + workload.name);
}

template <class Problem, class Answer>
class TypedMethod final : public AnyMethod {
 public:
  explicit TypedMethod(Method<Problem, Answer> method) : method_(std::move(method)) {
    require_parts(method_);
    method_.variants = rows_of(method_.variants);
    name = method_.name;
    summary = method_.summary;
    source = method_.source;
    hidden = method_.hidden;
    baseline = method_.baseline;
    step_name = method_.step_name;
    structural_counts = method_.structural_counts;
    for (const auto& variant : method_.variants) {
      variants.push_back({variant.name, VariantTraits(variant.name.text), variant.growth});
    }
    for (const auto& workload : method_.workloads) {
      workloads.push_back({workload.name, workload.size, workload.items, workload.fitted, workload.quick, {}});
    }
    for (const auto& [workload, words] : method_.headlines) workloads[workload_index(workload)].headline = words;
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

/// The method of that name with its types and a line for each row. Throws std::bad_cast if the types are others.
template <class Problem, class Answer>
const Method<Problem, Answer>& typed_method(std::string_view name) {
  return dynamic_cast<const internal::TypedMethod<Problem, Answer>&>(method_named(name)).method();
}

/// One of its rows. Throws std::invalid_argument that lists the rows if there is none of that name.
template <class Problem, class Answer>
const Variant<Problem, Answer>& typed_variant(std::string_view method, std::string_view name) {
  return typed_method<Problem, Answer>(method).variants[method_named(method).variant_index(name)];
}

/// Registers a method from a static object: `const Registered<Problem, Answer> registered{{.name = ...}};`
template <class Problem, class Answer>
struct Registered {
  explicit Registered(Method<Problem, Answer> method) {
    add_method(std::make_unique<internal::TypedMethod<Problem, Answer>>(std::move(method)));
  }
};

}  // namespace tandem::suite
