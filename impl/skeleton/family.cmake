# ci/gate_power measures what the regression gate finds: all rows of the gate's worker slower by so many per cent of their
# time, or one instruction more in the inner loop of the skeleton's SIMD variants. Empty in every other build.
set(TANDEM_INJECT "" CACHE STRING "Make a build slower on purpose: a number of per cent, or 'instruction'")
mark_as_advanced(TANDEM_INJECT)
if(TANDEM_INJECT STREQUAL "instruction")
  target_compile_definitions(tandem_skeleton PRIVATE TANDEM_INJECTED_INSTRUCTION)
elseif(TANDEM_INJECT)
  set_source_files_properties(benchmarks/regression/worker.cpp PROPERTIES
                              COMPILE_DEFINITIONS TANDEM_INJECTED_PER_CENT=${TANDEM_INJECT})
endif()
