# Other people's attention, and products that it can be made of.
include(TandemPeerOneDnn)
include(TandemPeerTorch)

# ggml comes from npm (problems/attention/fetch.sh) and is opened at run time.
target_link_libraries(tandem_attention PRIVATE ${CMAKE_DL_LIBS})

# ONNX Runtime (libonnxruntime-dev, from Debian 13 on), opened at run time, too.
find_path(PEER_ONNXRUNTIME_INCLUDE_DIR onnxruntime_cxx_api.h PATH_SUFFIXES onnxruntime)
if(PEER_ONNXRUNTIME_INCLUDE_DIR)
  tandem_add_peer(onnxruntime "${CMAKE_DL_LIBS}" ${PEER_ONNXRUNTIME_INCLUDE_DIR})
endif()
