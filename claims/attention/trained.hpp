// What the claims about extrapolation share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "claims/attention/extrapolation.hpp"
#include "claims/suite/claim.hpp"

namespace tandem::claims {

using Records = std::vector<Record>;

// Places in `multiples`.
inline constexpr std::size_t at_trained_length = 0;
inline constexpr std::size_t at_four_times = 2;
inline constexpr std::size_t at_eight_times = 3;

// Seconds of one model, where two train side by side.
inline constexpr double small_seconds = 15;
inline constexpr double large_seconds = 90;

/// The records of the full plan or the quick one, by configuration; what is missing is trained
/// (claims/attention/trainings.hpp).
std::vector<Records> trained(const std::vector<std::string>& names, bool full, std::size_t seeds);

/// Mean accuracies at 1, 2, 4 and 8 times the trained length: "61.0, 60.2, 58.1, 55.3".
std::string means_of(const Records& records, const Curve Record::*reading = &Record::plain);

/// Every seed's curve.
Picture curves_of(const std::vector<Records>& records, bool full);

/// A claim that takes trained models: no part of the quick run.
Claim trained_claim(std::string id, std::string statement, std::string source, std::string threshold, double seconds,
                    std::function<Outcome(bool)> experiment);

}  // namespace tandem::claims
