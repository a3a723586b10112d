# The empirical field is attention over the data, and a training step is made of the same products.
target_link_libraries(tandem_flow PUBLIC tandem_attention)

# LEMON (liblemon-dev), whose network simplex solves the assignment, too. Headers are all that it takes.
find_path(PEER_LEMON_INCLUDE_DIR lemon/network_simplex.h)
if(PEER_LEMON_INCLUDE_DIR)
  tandem_add_peer(lemon "" ${PEER_LEMON_INCLUDE_DIR})
endif()

# Boost.odeint (libboost-dev), whose integrators run on the same field. Headers, too.
find_path(PEER_ODEINT_INCLUDE_DIR boost/numeric/odeint.hpp)
if(PEER_ODEINT_INCLUDE_DIR)
  tandem_add_peer(odeint "" ${PEER_ODEINT_INCLUDE_DIR})
endif()

# False alarms: GCC 12 takes its own AVX-512 intrinsics for uninitialized (GCC bug 105593), and a loop over no columns for
# an endless one.
set_source_files_properties(impl/flow/distances/discrepancy_simd.cpp PROPERTIES
                            COMPILE_OPTIONS "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
set_source_files_properties(impl/flow/network/network_simd.cpp PROPERTIES
                            COMPILE_OPTIONS "$<$<CXX_COMPILER_ID:GNU>:-Wno-aggressive-loop-optimizations>")
