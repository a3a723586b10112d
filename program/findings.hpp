// Testing a list of claims under one progress display; `run` and `reproduce` share it.
#pragma once

#include <functional>
#include <vector>

#include "benchmarks/suite/progress.hpp"
#include "claims/suite/claim.hpp"

namespace tandem::program {

/// The time the claims are expected to take.
double planned_seconds(const std::vector<claims::Claim>& claims, bool full);

/// Tests the claims in order and hands each finding on as it comes; an interrupt ends after the claim in hand.
void test_claims(const std::vector<claims::Claim>& claims, bool full, suite::Progress& progress,
                 const std::function<void(claims::Finding)>& found);

}  // namespace tandem::program
