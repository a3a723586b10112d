// What the methods of a family have in common, in words: the page opens the family's section with them.
//
// A family registers itself from benchmarks/<family>/family.cpp with a static `RegisteredFamily`.
#pragma once

#include <string>
#include <vector>

namespace tandem::suite {

struct Family {
  std::string name;     ///< its folder's; a method belongs to the family whose name its own begins with
  std::string title;    ///< as a heading
  std::string formula;  ///< in one line; _ sets the next letter or group in braces below, ^ above
  std::string text;     ///< two sentences: what is computed, and what is hard about it
  std::string source;   ///< the address of the post or paper
};

/// All registered families, by name.
const std::vector<Family>& families();

struct RegisteredFamily {
  explicit RegisteredFamily(Family family);
};

}  // namespace tandem::suite
