# The libraries whose recurrent layers are raced against.

include(TandemPeerOneDnn)

# libtorch (libtorch-dev), where somebody has it and asks for it: half a gigabyte is too much to ask for, and loading it
# makes every start of the program most of a second slower.
option(TANDEM_TORCH "Race against libtorch" OFF)
if(TANDEM_TORCH)
  find_path(PEER_TORCH_INCLUDE_DIR ATen/ATen.h)
  find_library(PEER_TORCH_LIBRARY torch_cpu)
  find_library(PEER_C10_LIBRARY c10)
  if(PEER_TORCH_INCLUDE_DIR AND PEER_TORCH_LIBRARY AND PEER_C10_LIBRARY)
    tandem_add_peer(torch "${PEER_TORCH_LIBRARY};${PEER_C10_LIBRARY}" ${PEER_TORCH_INCLUDE_DIR})
  endif()
endif()
