# BytePiece's vocabularies are JSON.
target_link_libraries(tandem_unigram PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)

# SentencePiece (libsentencepiece-dev). The core of its encoder is no part of its public headers; what is declared of it
# in impl/unigram/peers/peer_sentencepiece_core.cpp is that of one version. From 0.2.2 on the header takes Abseil's status,
# whose package (libabsl-dev) it does not bring along.
find_path(PEER_SENTENCEPIECE_INCLUDE_DIR sentencepiece_processor.h)
find_library(PEER_SENTENCEPIECE_LIBRARY sentencepiece)
if(PEER_SENTENCEPIECE_INCLUDE_DIR AND PEER_SENTENCEPIECE_LIBRARY)
  set(libraries ${PEER_SENTENCEPIECE_LIBRARY})
  file(STRINGS ${PEER_SENTENCEPIECE_INCLUDE_DIR}/sentencepiece_processor.h absl_status REGEX "include .absl/status/status.h")
  if(absl_status)
    find_library(PEER_ABSL_STATUS_LIBRARY absl_status)
    list(APPEND libraries ${PEER_ABSL_STATUS_LIBRARY})
  endif()
  if(NOT absl_status OR PEER_ABSL_STATUS_LIBRARY)
    tandem_add_peer(sentencepiece "${libraries}" ${PEER_SENTENCEPIECE_INCLUDE_DIR})
    # Only the version: a module that it requires may be missing.
    execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} --modversion sentencepiece OUTPUT_VARIABLE sentencepiece_VERSION
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(sentencepiece_VERSION VERSION_EQUAL 0.1.97)
      tandem_add_peer(sentencepiece_core "${libraries}" ${PEER_SENTENCEPIECE_INCLUDE_DIR})
    endif()
  endif()
endif()
list(APPEND TANDEM_LIBRARIES "SentencePiece=sentencepiece")
