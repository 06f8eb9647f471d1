# What authors of plugins rely on: the plugins in the box pass their own tests, the reference's examples load and hold,
# and a declaration that is wrong is told in a sentence.
if(TARGET luodid AND TARGET luodi-host)
  file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES true ${PROJECT_SOURCE_DIR}/plugins/*)
  foreach(folder ${folders})
    if(EXISTS ${folder}/test.lua)
      get_filename_component(name ${folder} NAME)
      add_test(NAME plugin/${name}
        COMMAND $<TARGET_FILE:luodid> --test-plugin ${folder} --plugins ${PROJECT_SOURCE_DIR}/plugins)
      set_tests_properties(plugin/${name} PROPERTIES LABELS system TIMEOUT 300)
    endif()
  endforeach()
endif()
if(PYTHON3 AND TARGET luodid AND TARGET luodi-host)
  foreach(name examples faults)
    add_test(NAME plugins/${name}
      COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/${name}.py --luodid $<TARGET_FILE:luodid>)
    set_tests_properties(plugins/${name} PROPERTIES LABELS system TIMEOUT 300)
  endforeach()
endif()
