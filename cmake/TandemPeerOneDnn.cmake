# oneDNN (libdnnl-dev), 2 or 3, for the families that race against it: include(TandemPeerOneDnn) in their family.cmake.
include_guard(GLOBAL)
find_path(PEER_ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
find_library(PEER_ONEDNN_LIBRARY dnnl)
if(PEER_ONEDNN_INCLUDE_DIR AND PEER_ONEDNN_LIBRARY)
  tandem_header_version(dnnl_VERSION ${PEER_ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h DNNL_VERSION)
  tandem_add_peer(onednn ${PEER_ONEDNN_LIBRARY} ${PEER_ONEDNN_INCLUDE_DIR})
endif()
list(APPEND TANDEM_LIBRARIES "oneDNN=dnnl")
