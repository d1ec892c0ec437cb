# Helpers for the folders' CMakeLists.txt.

set(INTFORMER_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)

# intformer_library(NAME SOURCES... LIBS... [HEADERS...] [NAMESPACE name] [GROUND]): a static library;
# its headers are those of its folder, or HEADERS where the folder has two. Headers are included from
# the project's root ("sw/graph/graph.hpp"), and only those of LIBS and what these need; what they
# declare is in intformer::NAME, or intformer::NAMESPACE, or, of the ground that all others speak of,
# in intformer itself. The build checks both (check_library.cmake).
function(intformer_library name)
  cmake_parse_arguments(ARG "GROUND" "NAMESPACE" "SOURCES;HEADERS;LIBS" ${ARGN})
  if(NOT ARG_NAMESPACE)
    set(ARG_NAMESPACE ${name})
  endif()
  set(namespace intformer::${ARG_NAMESPACE})
  if(ARG_GROUND)
    set(namespace intformer)
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${INTFORMER_WARNINGS})
  target_link_libraries(${name} PUBLIC fmt::fmt ${ARG_LIBS})

  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set_property(GLOBAL APPEND PROPERTY intformer_libraries ${name})
  set_property(GLOBAL PROPERTY intformer_folder_${name} ${folder})
  set_property(GLOBAL PROPERTY intformer_libs_${name} ${ARG_LIBS})
  if(NOT ARG_HEADERS)
    file(GLOB_RECURSE ARG_HEADERS CONFIGURE_DEPENDS *.hpp *.h)
  endif()
  set(files ${ARG_SOURCES} ${ARG_HEADERS})
  list(TRANSFORM files PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]")
  string(REPLACE ";" "|" argument "${files}")
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${name}.checked)
  set(script ${CMAKE_SOURCE_DIR}/cmake/check_library.cmake)
  add_custom_command(
    OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DLIBRARY=${name} -DNAMESPACE=${namespace}
            -DTABLE=${INTFORMER_LIBRARIES} -DROOT=${CMAKE_SOURCE_DIR}
            "-DFILES=${argument}" -DSTAMP=${stamp} -P ${script}
    DEPENDS ${files} ${script} ${INTFORMER_LIBRARIES}
    COMMENT "Checking includes and namespaces of ${name}" VERBATIM)
  add_custom_target(${name}_checked DEPENDS ${stamp})  # waits for no other library
  add_dependencies(${name} ${name}_checked)
endfunction()

# Writes which folder is whose and which libraries each one uses, itself among them, for
# check_library.cmake; to be called when all are known. A library uses those that come before it.
set(INTFORMER_LIBRARIES ${CMAKE_BINARY_DIR}/libraries.cmake)
function(intformer_write_libraries)
  get_property(libraries GLOBAL PROPERTY intformer_libraries)
  set(folders)
  set(table "")
  set(below)
  foreach(name ${libraries})
    get_property(folder GLOBAL PROPERTY intformer_folder_${name})
    get_property(libs GLOBAL PROPERTY intformer_libs_${name})
    list(APPEND folders ${folder})
    list(APPEND libraries_${folder} ${name})
    set(uses_${name} ${name})
    foreach(lib ${libs})
      if(lib IN_LIST below)
        list(APPEND uses_${name} ${uses_${lib}})
      elseif(lib IN_LIST libraries)
        message(FATAL_ERROR "The library ${name} uses ${lib}, which lies above it")
      endif()
    endforeach()
    list(REMOVE_DUPLICATES uses_${name})
    string(APPEND table "set(uses_${name} ${uses_${name}})\n")
    list(APPEND below ${name})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(folder ${folders})
    string(APPEND table "set(libraries_${folder} ${libraries_${folder}})\n")
  endforeach()
  file(CONFIGURE OUTPUT ${INTFORMER_LIBRARIES} CONTENT "${table}")
endfunction()

# intformer_test(NAME SOURCES... LIBS... [LABELS...] [TAGS...] [TIMEOUT seconds] [PROGRAM target]
#                [TRAINED]):
# a Catch2 program, run by ctest from the project's root; with tags, once per tag, so that its parts
# run side by side. It may run PROGRAM (tests/program.hpp). TRAINED: cases with the tag [trained] run
# by themselves, and are reported as skipped where the trained model is absent (tests/trained.hpp).
function(intformer_test name)
  cmake_parse_arguments(ARG "TRAINED" "TIMEOUT;PROGRAM" "SOURCES;LIBS;LABELS;TAGS" ${ARGN})
  if(NOT TARGET catch_main)
    add_library(catch_main STATIC ${CMAKE_SOURCE_DIR}/tests/catch_main.cpp)
    target_include_directories(catch_main PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(catch_main PUBLIC Catch2::Catch2)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE catch_main ${ARG_LIBS})
  if(ARG_PROGRAM)
    target_compile_definitions(${name} PRIVATE INTFORMER_PROGRAM="$<TARGET_FILE:${ARG_PROGRAM}>")
    add_dependencies(${name} ${ARG_PROGRAM})
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  set(tests ${name})
  if(ARG_TAGS)
    list(TRANSFORM ARG_TAGS PREPEND ${name}. OUTPUT_VARIABLE tests)
  endif()
  set(others)
  if(ARG_TRAINED)
    list(APPEND tests ${name}.trained)
    set(others ~[trained])
  endif()
  foreach(test ${tests})
    string(REGEX REPLACE "^${name}[.]?" "" tag ${test})
    set(cases ${others})
    if(tag)
      set(cases [${tag}])
    endif()
    add_test(NAME ${test} COMMAND ${name} ${cases} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${test} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  endforeach()
  if(ARG_TRAINED)
    set_tests_properties(${name}.trained PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")
  endif()
endfunction()

# Verilator splits names at spaces: it gets them from the checkout, whose own path may hold some.
file(RELATIVE_PATH build_folder ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
if(build_folder MATCHES "[^A-Za-z0-9/._+,@-]")
  message(FATAL_ERROR "${build_folder}: Verilator takes no such build folder; one in the checkout "
                      "(build) or in a path of ASCII letters without spaces is fine")
endif()

find_program(VERILATOR verilator REQUIRED)
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(VERILATED_CACHE OBJCACHE=ccache)
endif()
execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE VERILATOR_ROOT
                OUTPUT_STRIP_TRAILING_WHITESPACE)
# Verilator's own runtime; a verilated library does not contain it.
set(VERILATOR_INCLUDE ${VERILATOR_ROOT}/include)
add_library(verilated_runtime STATIC ${VERILATOR_INCLUDE}/verilated.cpp
                                     ${VERILATOR_INCLUDE}/verilated_threads.cpp)
target_include_directories(verilated_runtime SYSTEM PUBLIC ${VERILATOR_INCLUDE}
                                                           ${VERILATOR_INCLUDE}/vltstd)
target_link_libraries(verilated_runtime PUBLIC Threads::Threads)

# Rooms of rtl/, where Verilator looks for modules.
file(GLOB rtl_rooms RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rtl/*)
list(FILTER rtl_rooms EXCLUDE REGEX "[.]|/generated")
list(APPEND rtl_rooms rtl)

# intformer_verilate(NAME TOP module [SOURCES bench.sv...] [CONFIG file.toml [SET key=value...]]
#                    [PARAMS Name=value...])
# A static library NAME with the class V<NAME> of one module of rtl/ or of SOURCES, for a config or,
# without one, for the reference config.
function(intformer_verilate name)
  cmake_parse_arguments(ARG "" "TOP;CONFIG" "SOURCES;SET;PARAMS" ${ARGN})
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/verilated/${name})
  # Paths from the checkout: what is verilated is the same in every clone, for the compiler's cache.
  file(RELATIVE_PATH there ${CMAKE_SOURCE_DIR} ${dir})
  set(flags --cc --build -j 2 --prefix V${name} --top-module ${ARG_TOP} -Wall
            --assert -O3 --x-assign fast --x-initial fast --no-timing
            -MAKEFLAGS OPT_FAST=-O2 -MAKEFLAGS OPT_SLOW=-O1 -MAKEFLAGS OPT_GLOBAL=-O2
            -CFLAGS -fPIC)
  foreach(param ${ARG_PARAMS})
    list(APPEND flags -G${param})
  endforeach()
  file(GLOB_RECURSE rtl_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rtl/*.sv)
  list(FILTER rtl_files EXCLUDE REGEX "/generated/.*/")
  set(emitted rtl/generated)
  set(generate)
  set(config)
  if(ARG_CONFIG)
    set(emitted ${there}/emitted)
    set(config intformer_generate ${CMAKE_SOURCE_DIR}/${ARG_CONFIG})
    set(overrides)
    foreach(set ${ARG_SET})
      list(APPEND overrides --set ${set})
    endforeach()
    set(generate COMMAND $<TARGET_FILE:intformer_generate> generate ${ARG_CONFIG} --bare
                 --out ${emitted} ${overrides} --quiet)
  endif()
  foreach(room ${rtl_rooms} ${emitted})
    list(APPEND flags -y ${room})
  endforeach()
  set(lib ${dir}/V${name}__ALL.a)
  set(read ${ARG_SOURCES})
  if(NOT read)
    file(GLOB read RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/rtl/${ARG_TOP}.sv
         ${CMAKE_SOURCE_DIR}/rtl/*/${ARG_TOP}.sv)
    list(FILTER read EXCLUDE REGEX "/generated/")
  endif()
  if(NOT read)
    set(read ${emitted}/${ARG_TOP}.sv)
  endif()
  set(sources ${ARG_SOURCES})
  list(TRANSFORM sources PREPEND ${CMAKE_SOURCE_DIR}/)
  add_custom_command(
    OUTPUT ${lib}
    BYPRODUCTS ${dir}/V${name}.h  # so that what includes it is compiled again
    ${generate}
    COMMAND ${CMAKE_COMMAND} -E env ${VERILATED_CACHE} sh cmake/verilate.sh ${there} ${VERILATOR}
            ${flags} ${emitted}/intformer_pkg.sv ${read}
    COMMAND ${CMAKE_COMMAND} -E touch ${lib}
    DEPENDS ${config} ${rtl_files} ${sources}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMENT "Verilating ${ARG_TOP} for ${name}" VERBATIM)
  add_custom_target(${name}_build DEPENDS ${lib})
  file(MAKE_DIRECTORY ${dir})
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}_build)
  target_include_directories(${name} SYSTEM INTERFACE ${dir})
  target_link_libraries(${name} INTERFACE ${lib} verilated_runtime)
endfunction()
