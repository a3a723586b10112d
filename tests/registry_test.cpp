// What the registry refuses.
#include "benchmarks/suite/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace tandem::suite {
namespace {

struct Idle final : AnyMethod {
  Idle(std::string method, std::string variant, std::string workload) {
    name = std::move(method);
    variants = {{.name = std::move(variant), .traits = VariantTraits("reference"), .growth = {}}};
    workloads = {{.name = std::move(workload), .size = 1, .items = 1, .fitted = false, .quick = false}};
  }
  std::unique_ptr<Case> make_case(std::size_t, std::uint64_t) const override { return nullptr; }
  std::unique_ptr<Case> make_case_of_count(std::size_t, std::uint64_t) const override { return nullptr; }
};

void add(const char* method, const char* variant, const char* workload) {
  add_method(std::make_unique<Idle>(method, variant, workload));
}

TEST(Registry, RefusesNamesThatMeanSomethingInARegularExpression) {
  for (const char* name : {"length_2^10", "a.b", "a|b", "a/b", "a b", "(a)", ""}) {
    EXPECT_THROW(add(name, "reference", "small"), std::logic_error) << name;
    EXPECT_THROW(add("idle", name, "small"), std::logic_error) << name;
    EXPECT_THROW(add("idle", "reference", name), std::logic_error) << name;
  }
}

TEST(Registry, RefusesANameThatIsTaken) {
  ASSERT_FALSE(methods().empty());
  EXPECT_THROW(add(methods().front()->name.c_str(), "reference", "small"), std::logic_error);
}

}  // namespace
}  // namespace tandem::suite
