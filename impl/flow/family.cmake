# The empirical field is attention over the data, and a training step is made of the same products.
target_link_libraries(tandem_flow PUBLIC tandem_attention)

# LEMON (liblemon-dev), whose network simplex solves the assignment, too. Headers are all that it takes.
find_path(PEER_LEMON_INCLUDE_DIR lemon/network_simplex.h)
if(PEER_LEMON_INCLUDE_DIR)
  tandem_add_peer(lemon "" ${PEER_LEMON_INCLUDE_DIR})
endif()
