# A layer is a library with an include root of its own: a header is seen only by those who link its layer,
# so an include that looks up does not build. After the name: PUBLIC, the layers whose types our headers
# show; PRIVATE, what only our .c files use.
function(luodi_layer name)
  set(root ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${name} ${root}/${name} SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS ${name}/*.c)
  file(GLOB headers CONFIGURE_DEPENDS ${root}/${name}/*.h)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  add_library(luodi_${name} STATIC ${sources})
  target_sources(luodi_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${root} FILES ${headers})
  set_target_properties(luodi_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(luodi_${name} ${ARGN})
endfunction()

# A program is the main.c of its layer, linked with that layer.
function(luodi_program name layer)
  add_executable(${name} ${layer}/main.c)
  target_link_libraries(${name} PRIVATE luodi_${layer} ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
endfunction()
