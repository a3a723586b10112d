# ci/gate_power measures what the regression gate finds: so many per cent of work done twice, or one instruction more in
# the inner loop, in the SIMD variants of the skeleton. Empty in every other build.
set(TANDEM_INJECT "" CACHE STRING "Slow the skeleton's SIMD variants down: a number of per cent, or 'instruction'")
mark_as_advanced(TANDEM_INJECT)
if(TANDEM_INJECT STREQUAL "instruction")
  target_compile_definitions(tandem_skeleton PRIVATE TANDEM_INJECTED_INSTRUCTION)
elseif(TANDEM_INJECT)
  target_compile_definitions(tandem_skeleton PRIVATE TANDEM_INJECTED_PER_CENT=${TANDEM_INJECT})
endif()
