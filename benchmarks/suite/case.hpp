// A method as the suite sees it, free of the method's types: its rows, its workloads, and one problem at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/suite/agreement.hpp"
#include "benchmarks/suite/damage.hpp"
#include "impl/support/execution.hpp"

namespace tandem::suite {

/// What a run must at least do: element operations of each kind, bytes moved, look-ups, and what has to wait for what.
/// With the machine's peaks it gives the roof, the least time the run can take (roof.hpp). What is not known to bind a
/// row is better left out than declared: where nothing is, no roof is shown.
struct Work {
  double fma_float = 0;
  double fma_double = 0;
  double sqrt_double = 0;
  double divide_double = 0;
  double exp_float = 0;
  double bytes_read = 0;
  double bytes_written = 0;
  double footprint = 0;  ///< bytes of memory touched: decides which cache level's bandwidth applies
  double lookups = 0;    ///< reads of single elements from places that follow no order
  /// The longest chain of operations that wait for one another, as FMAs and look-ups: where it has others, with another
  /// latency, no more than theirs.
  double chain_fma = 0;
  double chain_lookups = 0;
  double chains = 1;  ///< equal parts of the chain that do not wait for one another, so that threads can share them

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
  std::string headline{};  ///< empty: none
};

/// A workload that stands for its method where there is room for few, of a size that the reference can afford.
struct Headline {
  std::string workload;
  std::string words;  ///< what is done, for a stranger: "merging 13 x 151,936 logits"
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
  /// Gives the output its shape and fills it with what no right answer holds. Throws std::logic_error where the
  /// method's description of the answer leaves out a part of it.
  virtual void poison() = 0;
  virtual void run(std::size_t variant, const Execution& execution) = 0;
  /// Takes the output, which is the variant's, as what every other variant must give, or, where something is expected
  /// already, those of its fields that were not known; or a sentence that says what was never written or has another
  /// size than the method says.
  virtual std::optional<std::string> expect(std::size_t variant) = 0;
  virtual bool has_expectation() const = 0;
  /// The output, which is the variant's, against what is expected.
  virtual Agreement compare(std::size_t variant) const = 0;
  virtual std::optional<std::string> certificate(std::size_t variant) const = 0;
  /// The names of the fields by which the variant is compared.
  virtual std::vector<std::string> fields(std::size_t variant) const = 0;
  /// Whether the variant has rules of its own.
  virtual bool has_own_rules(std::size_t variant) const = 0;
  /// Makes the output what is expected with one field damaged; `other_seed` has an output of this method. False where
  /// there is nothing to be damaged so.
  virtual bool damage(std::size_t variant, const std::string& field, Damage damage, std::size_t place,
                      const Case& other_seed) = 0;
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
  std::string step_name = "steps";
  std::vector<VariantCard> variants;
  std::vector<WorkloadCard> workloads;
  std::vector<std::size_t> structural_counts;

  virtual std::unique_ptr<Case> make_case(std::size_t workload, std::uint64_t seed) const = 0;
  /// A problem of `count` elements, for the agreement test.
  virtual std::unique_ptr<Case> make_case_of_count(std::size_t count, std::uint64_t seed) const = 0;

  std::size_t variant_index(std::string_view variant) const;    ///< throws std::invalid_argument if absent
  std::size_t workload_index(std::string_view workload) const;  ///< the same
};

}  // namespace tandem::suite
