# The libraries whose recurrent layers are raced against.

# oneDNN (libdnnl-dev), 2 or 3.
find_path(PEER_ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
find_library(PEER_ONEDNN_LIBRARY dnnl)
if(PEER_ONEDNN_INCLUDE_DIR AND PEER_ONEDNN_LIBRARY)
  file(STRINGS ${PEER_ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h version REGEX "define DNNL_VERSION_(MAJOR|MINOR|PATCH)")
  list(TRANSFORM version REPLACE "[^0-9]" "")
  list(JOIN version "." dnnl_VERSION)
  tandem_add_peer(onednn ${PEER_ONEDNN_LIBRARY} ${PEER_ONEDNN_INCLUDE_DIR})
endif()
list(APPEND TANDEM_LIBRARIES "oneDNN=dnnl")

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
