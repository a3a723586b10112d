# What the regression gate needs to know that nothing changed: a hash of the object code of every folder of impl/.
#
# tandem_machine_code(target) makes the library `target` with the function of benchmarks/regression/machine_code.hpp. Of
# a folder count: its objects and those of the folders it links, its models, its objects of problems/ and benchmarks/,
# and the race worker. Of its references count their own objects and the models, of its peers theirs, since a change to
# anything else is no news of them. None of these objects holds a path of source or build.

if(CMAKE_SCRIPT_MODE_FILE)
  file(STRINGS "${LIST}" lines)
  set(table "")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([^=]*)=(.*)$" both "${line}")
    set(folder "${CMAKE_MATCH_1}")
    string(REPLACE "|" ";" files "${CMAKE_MATCH_2}")
    set(hashes "")
    foreach(file IN LISTS files)
      if(NOT file)
        continue()  # what holds none of the wanted objects
      endif()
      file(SHA256 "${file}" hash)
      get_filename_component(name "${file}" NAME)
      list(APPEND hashes "${name} ${hash}")
    endforeach()
    list(SORT hashes)
    string(SHA256 hash "${COMPILER}${hashes}")
    string(APPEND table "    {\"${folder}\", \"${hash}\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT "${SOURCE}" @ONLY CONTENT [[
#include "benchmarks/regression/machine_code.hpp"

#include <algorithm>
#include <utility>

namespace tandem::regression {

std::string machine_code_behind(std::string_view method, std::string_view variant) {
  constexpr std::pair<std::string_view, std::string_view> table[] = {
@table@  };
  std::string_view folder;
  std::string_view hash;
  for (const auto& [name, its_hash] : table) {
    const std::string_view kind = name.substr(std::min(name.find('/'), name.size()));
    const std::string_view of_folder = name.substr(0, name.size() - kind.size());
    const bool belongs =
        method.starts_with(of_folder) && (method.size() == of_folder.size() || method[of_folder.size()] == '_');
    const bool of_kind = kind.empty() || (kind == "/reference" && variant == "reference") ||
                         (kind == "/peer" && variant.starts_with("peer_"));
    if (belongs && of_kind && name.size() > folder.size()) {
      folder = name;
      hash = its_hash;
    }
  }
  return std::string(hash);
}

}  // namespace tandem::regression
]])
  return()
endif()

set(TANDEM_MACHINE_CODE_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

# The objects of a folder of impl/ and of those that it is built on, as one generator expression each.
function(tandem_objects_behind folder result)
  set(objects "$<TARGET_OBJECTS:tandem_${folder}>")
  foreach(level IN LISTS instruction_set_levels)
    string(REPLACE - _ level ${level})
    if(TARGET tandem_${folder}_${level})
      list(APPEND objects "$<TARGET_OBJECTS:tandem_${folder}_${level}>")
    endif()
  endforeach()
  get_target_property(linked tandem_${folder} LINK_LIBRARIES)
  set(folders ${families} support)
  foreach(library IN LISTS linked)
    if(library MATCHES "^tandem_(.*)$" AND CMAKE_MATCH_1 IN_LIST folders)
      tandem_objects_behind(${CMAKE_MATCH_1} others)
      list(APPEND objects ${others})
    endif()
  endforeach()
  set(${result} ${objects} PARENT_SCOPE)
endfunction()

function(tandem_machine_code target)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/machine_code")
  set(lines "")
  set(objects "$<TARGET_OBJECTS:tandem_suite>")
  file(GLOB models CONFIGURE_DEPENDS models/*/*.bin models/*/*.tsv)
  foreach(family IN LISTS families)
    tandem_objects_behind(${family} behind)
    list(APPEND objects ${behind})
    set(own "/(problems|benchmarks)/${family}/|/benchmarks/regression/worker\\.cpp")
    set(suite "$<FILTER:$<TARGET_OBJECTS:tandem_suite>,INCLUDE,${own}>")
    list(JOIN models "|" model_files)
    foreach(kind IN ITEMS reference peer)
      list(TRANSFORM behind PREPEND "$<JOIN:$<FILTER:" OUTPUT_VARIABLE of_kind)
      list(TRANSFORM of_kind APPEND ",INCLUDE,/${kind}[/_]>,|>")
      list(JOIN of_kind "|" of_kind)
      list(APPEND lines "${family}/${kind}=${of_kind}|${model_files}")
    endforeach()
    list(TRANSFORM behind PREPEND "$<JOIN:")
    list(TRANSFORM behind APPEND ",|>")
    list(JOIN behind "|" behind)
    list(APPEND lines "${family}=${behind}|$<JOIN:${suite},|>|${model_files}")
  endforeach()
  list(JOIN lines "\n" lines)
  file(GENERATE OUTPUT "${folder}/objects.txt" CONTENT "${lines}\n")
  add_custom_command(
    OUTPUT "${folder}/machine_code.cpp"
    COMMAND "${CMAKE_COMMAND}" "-DLIST=${folder}/objects.txt" "-DSOURCE=${folder}/machine_code.cpp"
            "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" -P "${TANDEM_MACHINE_CODE_SCRIPT}"
    DEPENDS ${objects} ${models} "${folder}/objects.txt" "${TANDEM_MACHINE_CODE_SCRIPT}"
    COMMENT "Hash of the machine code of every method" VERBATIM COMMAND_EXPAND_LISTS)
  add_library(${target} STATIC "${folder}/machine_code.cpp")
  target_link_libraries(${target} PRIVATE tandem_options)
endfunction()
