# Text files compiled into the program: tandem_templates(target folder) gives `target` the generated list
# tandem_templates.inc, a line {"name", R"(text)"}, for each file of the folder.
function(tandem_templates target folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*)
  set(list "")
  foreach(path IN LISTS files)
    cmake_path(GET path FILENAME name)
    file(READ ${path} text)
    string(APPEND list "{\"${name}\", R\"tandem(${text})tandem\"},\n")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/templates")
  file(WRITE ${generated}/tandem_templates.new "${list}")
  configure_file(${generated}/tandem_templates.new ${generated}/tandem_templates.inc COPYONLY)  # only if it changed
  target_include_directories(${target} PRIVATE ${generated})
endfunction()
