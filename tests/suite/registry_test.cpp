// What the registry refuses.
#include "benchmarks/suite/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>

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

/// A method that lacks nothing.
Method<int, int> whole_method() {
  return {
      .name = "whole",
      .summary = "the input",
      .source = "this project",
      .variants = {{"reference", [](const int& input, int& output, const Execution&) { output = input; }, {1, 1}}},
      .workloads = {{.name = "one", .size = 1, .make = [](std::uint64_t) { return 1; }}},
      .headlines = {{"one", "copying one"}},
      .problem = [](std::size_t, std::uint64_t) { return 1; },
      .fields = [](const int&, Fields<int>& fields) { fields.equal("output", itself); },
      .certificate = [](const int&, const int&) { return std::nullopt; },
  };
}

std::string refusal_of(const Method<int, int>& method) {
  try {
    const Registered<int, int> registered(method);
  } catch (const std::logic_error& refusal) {
    return refusal.what();
  }
  return "accepted";
}

TEST(Registry, RefusesAMethodThatLacksAPart) {
  const auto without = [](auto take_away) {
    Method<int, int> method = whole_method();
    take_away(method);
    return refusal_of(method);
  };
  using testing::HasSubstr;
  EXPECT_THAT(without([](auto& method) { method.fields = {}; }), HasSubstr("'whole' has no description of its answer"));
  EXPECT_THAT(without([](auto& method) { method.certificate = {}; }), HasSubstr("'whole' has no certificate"));
  EXPECT_THAT(without([](auto& method) { method.problem = {}; }), HasSubstr("has no problem"));
  EXPECT_THAT(without([](auto& method) { method.workloads[0].make = {}; }), HasSubstr("no make for workload one"));
  EXPECT_THAT(without([](auto& method) { method.variants[0].run = {}; }), HasSubstr("no function for variant"));
  EXPECT_THAT(without([](auto& method) { method.workloads.clear(); }), HasSubstr("no workload"));
  EXPECT_THAT(without([](auto& method) {
                method.headlines = {{"two", "copying two"}};
              }),
              HasSubstr("whole has no workload 'two'; its workloads are: one"));
  EXPECT_EQ(refusal_of(whole_method()), "accepted");
  EXPECT_EQ(method_named("whole").workloads.size(), 1U) << "what was refused left nothing behind";
  EXPECT_EQ(method_named("whole").workloads[0].headline, "copying one");
}

}  // namespace
}  // namespace tandem::suite
