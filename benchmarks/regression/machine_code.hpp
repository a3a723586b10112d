// Whether the machine code behind a row is the same in two builds.
#pragma once

#include <string>
#include <string_view>

namespace tandem::regression {

/// A hash of the object code of all that runs in a row of the method: the libraries of impl/ that it is built on, their
/// references and models, its table of benchmarks/, and the worker itself. Two builds with equal hashes differ in
/// nothing that is timed; unequal ones may (any change to the folder of the method counts). Of the variant `reference`
/// only the references and models count, of a peer only what calls it (its library's version is for the worker to add):
/// whatever else changes is no news of them. Empty where the method belongs to no folder of impl/, and then it is
/// always raced. The build writes it (cmake/TandemMachineCode.cmake); folders of source and build do not enter.
std::string machine_code_behind(std::string_view method, std::string_view variant);

}  // namespace tandem::regression
