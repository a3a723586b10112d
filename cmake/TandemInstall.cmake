# `cmake --install`: the program, a library per family, and the CMake package that find_package(tandem) finds.
# Headers keep their paths in the project below include/tandem, so that users write the same #include lines.
include(CMakePackageConfigHelpers)
set(header_folder ${CMAKE_INSTALL_INCLUDEDIR}/tandem)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tandem)

install(TARGETS tandem)
install(DIRECTORY models DESTINATION ${CMAKE_INSTALL_DATADIR}/tandem
        FILES_MATCHING PATTERN "*.bin" PATTERN "*.tsv" PATTERN "held_out.txt")
set_target_properties(tandem_options PROPERTIES EXPORT_NAME options)
install(TARGETS tandem_options ${TANDEM_FAMILY_TARGETS} EXPORT tandem INCLUDES DESTINATION ${header_folder})
install(EXPORT tandem NAMESPACE tandem:: FILE tandemTargets.cmake DESTINATION ${package_folder})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tandemConfig.cmake.in tandemConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(tandemConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tandemConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/tandemConfigVersion.cmake
        DESTINATION ${package_folder})

# Installs a header and, in turn, the headers of the project that it includes.
function(tandem_install_header header)
  get_property(installed GLOBAL PROPERTY tandem_installed_headers)
  if(header IN_LIST installed)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY tandem_installed_headers ${header})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION ${header_folder}/${folder})
  file(STRINGS ${header} lines REGEX "^#include \"")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^#include \"([^\"]*)\".*" "\\1" included ${line})
    tandem_install_header(${included})
  endforeach()
endfunction()

# Headers that lie in the folder of a family itself are for users; those in the folders below it are its own.
foreach(family IN LISTS families)
  file(GLOB public_headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} reference/${family}/*.hpp
                                                                                  impl/${family}/*.hpp)
  foreach(header IN LISTS public_headers)
    tandem_install_header(${header})
  endforeach()
endforeach()
