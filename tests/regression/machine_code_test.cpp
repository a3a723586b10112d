// What the gate may skip: rows behind which no machine code changed.
#include "benchmarks/regression/machine_code.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem::regression {
namespace {

TEST(MachineCode, OfReferencesAndPeersIsTheirOwn) {
  const std::string variant = machine_code_behind("rnn_tanh", "sequential_simd");
  EXPECT_FALSE(variant.empty());
  EXPECT_EQ(machine_code_behind("rnn_tanh", "warm_start_simd_omp"), variant) << "of one folder";
  EXPECT_NE(machine_code_behind("ab_plus_c", "pq_scan"), variant);

  const std::string reference = machine_code_behind("rnn_tanh", "reference");
  EXPECT_NE(reference, variant);
  EXPECT_NE(machine_code_behind("ab_plus_c", "reference"), reference);
  EXPECT_FALSE(machine_code_behind("skeleton", "reference").empty());
  const std::string peer = machine_code_behind("rnn_tanh_projected", "peer_onednn");
  EXPECT_FALSE(peer.empty());
  EXPECT_NE(peer, variant);
  EXPECT_NE(peer, reference);
}

TEST(MachineCode, BelongsToTheFolderThatTheMethodIsNamedAfter) {
  EXPECT_EQ(machine_code_behind("ab_plus_c_range", "reference"), machine_code_behind("ab_plus_c", "reference"));
  EXPECT_EQ(machine_code_behind("fake", "reference"), "");
  EXPECT_EQ(machine_code_behind("skeletons", "simd"), "") << "begins with a folder's name, but is another word";
}

}  // namespace
}  // namespace tandem::regression
