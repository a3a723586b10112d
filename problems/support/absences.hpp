// What is not here (data, a peer), and what is missing for that.
#pragma once

#include <string>
#include <vector>

namespace tandem::problems {

/// One sentence for each thing that is not here: what it is for, and what brings it.
const std::vector<std::string>& absences();
/// Several methods may miss the same thing: a sentence that is there already is not added.
void add_absence(std::string sentence);

}  // namespace tandem::problems
