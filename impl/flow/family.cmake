# The empirical field is attention over the data, and a training step is made of the same products.
target_link_libraries(tandem_flow PUBLIC tandem_attention)

# LEMON (liblemon-dev), whose network simplex solves the assignment, too.
find_path(PEER_LEMON_INCLUDE_DIR lemon/network_simplex.h)
find_library(PEER_LEMON_LIBRARY emon)
if(PEER_LEMON_INCLUDE_DIR AND PEER_LEMON_LIBRARY)
  tandem_add_peer(lemon ${PEER_LEMON_LIBRARY} ${PEER_LEMON_INCLUDE_DIR})
endif()
