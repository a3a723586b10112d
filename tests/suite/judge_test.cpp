// The judge is judged: for every method of the registry and every field of its answer, damages to the right answer,
// each of which the comparison alone must refuse.
//
// A damage is left out where it changes nothing: a scalar has no element to lose or to swap, a list may be empty or all
// the same, the other seed's value may be this one's, and two segmentations of one text that differ in the order of
// their pieces are the same to a law (`statistical`). Two numbers count as different where they are more than a hundred
// tolerances apart. No field gets by without having been left poisoned and moved, no list without having been shrunk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"

namespace tandem::suite {
namespace {

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const auto& method : methods()) names.push_back(method->name);
  return names;
}

/// A problem with its right answer.
std::unique_ptr<Case> solved(const AnyMethod& method, std::size_t count, std::uint64_t seed) {
  std::unique_ptr<Case> problem = method.make_case_of_count(count, seed);
  problem->poison();
  problem->run(0, {});
  const auto wrong = problem->expect(0);
  EXPECT_EQ(wrong, std::nullopt) << *wrong;
  return problem;
}

/// How often each damage was done.
using Counts = std::array<std::size_t, damages.size()>;

class Judge : public testing::TestWithParam<std::string> {
 protected:
  const AnyMethod& method() const { return method_named(GetParam()); }

  /// Damages one field in every way by the rules of one variant.
  static void damage_field(Case& problem, std::size_t variant, const std::string& field, const Case& other_seed,
                           Counts& counts) {
    for (std::size_t kind = 0; kind < damages.size(); ++kind) {
      const auto& [damage, word] = damages[kind];
      for (std::size_t place = 0; place < damage_places; ++place) {
        if (!problem.damage(variant, field, damage, place, other_seed)) continue;
        ++counts[kind];
        const Agreement agreement = problem.compare(variant);
        EXPECT_FALSE(agreement.agrees()) << field << ", " << word << " at place " << place << ": error "
                                         << agreement.error << ", tolerance " << agreement.tolerance;
        const bool others_suffer = damage == Damage::shrunk || damage == Damage::foreign;  // columns have one length
        if (!others_suffer) {
          EXPECT_THAT(agreement.message, testing::HasSubstr(field));
        }
      }
    }
  }
};

TEST_P(Judge, RefusesEveryDamageToEveryField) {
  std::map<std::string, Counts> done;
  for (const std::size_t count : {5, 20, 31, 65, 1000}) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      SCOPED_TRACE("count " + std::to_string(count) + ", seed " + std::to_string(seed));
      const auto problem = solved(method(), count, seed);
      const auto other_seed = solved(method(), count, seed + 1);
      for (std::size_t variant = 0; variant < method().variants.size(); ++variant) {
        if (variant > 0 && !problem->has_own_rules(variant)) continue;
        if (problem->unsuited(variant)) continue;
        SCOPED_TRACE(method().variants[variant].name);
        const std::vector<std::string> fields = problem->fields(variant);
        EXPECT_THAT(fields, testing::Not(testing::IsEmpty())) << "nothing is compared";
        EXPECT_THAT(problem->fields(0), testing::IsSupersetOf(fields));
        for (const std::string& field : fields) {
          const std::string name = variant == 0 ? field : field + " of " + method().variants[variant].name;
          damage_field(*problem, variant, field, *other_seed, done[name]);
        }
      }
      const auto again = solved(method(), count, seed);
      EXPECT_TRUE(again->compare(0).agrees()) << again->compare(0).message;
    }
  }
  for (const auto& [field, counts] : done) {
    std::printf("%-30s %-45s", GetParam().c_str(), field.c_str());
    for (std::size_t kind = 0; kind < damages.size(); ++kind)
      std::printf(" %s %zu", damages[kind].second, counts[kind]);
    std::printf("\n");
    EXPECT_GT(counts[0], 0U) << field << " was never left poisoned";
    EXPECT_GT(counts[2], 0U) << field << " was never moved";
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, Judge, testing::ValuesIn(method_names()),
                         [](const auto& parameters) { return parameters.param; });

}  // namespace
}  // namespace tandem::suite
