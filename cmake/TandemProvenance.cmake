# What a result must be able to say of its build: revision, compiler, flags, libraries.
#
# tandem_provenance(target) gives `target` two generated headers: tandem_build.hpp (compiler, flags, libraries: fixed
# when configured) and tandem_revision.hpp (git revision and whether the files differ from it). The revision moves
# without a new configuration, so this file also runs as a script at every build; the header changes only when the
# revision does.

if(CMAKE_SCRIPT_MODE_FILE)
  set(revision "unknown")
  set(dirty "false")
  find_program(git_program git)
  # Without this test a source archive unpacked inside somebody else's repository would show that one's revision.
  # Set by a hook of git, these name the hook's repository.
  foreach(variable IN ITEMS GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_COMMON_DIR GIT_PREFIX)
    unset(ENV{${variable}})
  endforeach()
  if(git_program AND EXISTS "${SOURCE_FOLDER}/.git")
    execute_process(COMMAND "${git_program}" rev-parse --verify HEAD WORKING_DIRECTORY "${SOURCE_FOLDER}"
                    RESULT_VARIABLE failed OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_VARIABLE why)
    if(failed)
      message(WARNING "The results will name no revision, since git cannot read this checkout: ${why}")
    else()
      set(revision "${head}")
      # Untracked files count: the build finds its sources by pattern.
      execute_process(COMMAND "${git_program}" status --porcelain WORKING_DIRECTORY "${SOURCE_FOLDER}"
                      RESULT_VARIABLE failed OUTPUT_VARIABLE changes ERROR_QUIET)
      if(failed OR NOT changes STREQUAL "")
        set(dirty "true")
      endif()
    endif()
  endif()
  file(CONFIGURE OUTPUT "${HEADER}" @ONLY CONTENT [[
#define TANDEM_GIT_REVISION "@revision@"
#define TANDEM_GIT_DIRTY @dirty@
]])
  return()
endif()

set(TANDEM_PROVENANCE_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(tandem_provenance target)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/provenance")

  string(TOUPPER "${CMAKE_BUILD_TYPE}" configuration)
  string(STRIP "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${configuration}}" flags)
  if(TANDEM_SANITIZE)
    string(APPEND flags " -fsanitize=${TANDEM_SANITIZE}")
  endif()
  set(libraries "")
  foreach(library IN LISTS TANDEM_LIBRARIES)
    string(REGEX MATCH "^(.*)=(.*)$" both "${library}")
    set(name "${CMAKE_MATCH_1}")
    set(package "${CMAKE_MATCH_2}")
    if(${package}_VERSION)
      string(APPEND libraries "{\"${name}\", \"${${package}_VERSION}\"}, ")
    endif()
  endforeach()
  # Raw strings: flags may hold quotes.
  file(CONFIGURE OUTPUT "${folder}/tandem_build.hpp" @ONLY CONTENT [[
#define TANDEM_COMPILER "@CMAKE_CXX_COMPILER_ID@ @CMAKE_CXX_COMPILER_VERSION@"
#define TANDEM_BUILD_TYPE "@CMAKE_BUILD_TYPE@"
#define TANDEM_FLAGS R"flags(@flags@)flags"
#define TANDEM_LIBRARIES @libraries@
]])

  add_custom_target(tandem_revision
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE_FOLDER=${CMAKE_CURRENT_SOURCE_DIR}" "-DHEADER=${folder}/tandem_revision.hpp"
            -P "${TANDEM_PROVENANCE_SCRIPT}"
    BYPRODUCTS "${folder}/tandem_revision.hpp"
    COMMENT "Git revision" VERBATIM)
  add_dependencies(${target} tandem_revision)
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()
