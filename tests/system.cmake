# Tests of the whole: lint, and those that drive the built programs. What is not built is not tested.
# Labels: lint; system (drives luodid and luodi); threads (worth a run under the thread sanitizer).
find_program(PYTHON3 python3)
find_program(BASH bash REQUIRED)
set(scripts ${PROJECT_SOURCE_DIR}/scripts)

if(TARGET unit_store_states) # it reads what the text index keeps
  target_link_libraries(unit_store_states PRIVATE luodi_text)
endif()

foreach(source ${unit_tests})
  get_filename_component(name ${source} NAME_WE)
  if(name MATCHES "^(engine|rpc|net|daemon)_")
    set_property(TEST unit/${name} APPEND PROPERTY LABELS threads)
  endif()
endforeach()

add_test(NAME lint/text COMMAND ${BASH} ${scripts}/lint text)
find_program(LUACHECK luacheck)
if(LUACHECK)
  add_test(NAME lint/lua COMMAND ${BASH} ${scripts}/lint lua)
endif()
foreach(name lint/text lint/lua)
  if(TEST ${name})
    set_tests_properties(${name} PROPERTIES LABELS lint TIMEOUT 120)
  endif()
endforeach()
