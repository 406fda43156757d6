# How the parts of Kontor are declared. A room's CMakeLists.txt holds calls of these functions and nothing else.
#
#   kontor_rooms(FOLDER...)
#   kontor_proto_library(NAME proto PROTOS kontor/event/v1/event.proto ...)
#   kontor_library(NAME base SOURCES money.h money.cc ... DEPENDS kontor::proto absl::status ...)
#   kontor_executable(NAME kontor SOURCES main.cc ... DEPENDS ...)
#   kontor_test(NAME money_test SOURCES money_test.cc DEPENDS kontor::base [LABELS ...] [LOCKS ...])
#   kontor_build_check(TEST golden_test CASE GoldenTest.SchemaIsAppendOnly READS schema.binpb)
#   kontor_script_test(NAME Emitters.Shell COMMAND ${Python3_EXECUTABLE} emit_test.py ... [LABELS ...])
#   kontor_bench(NAME money_bench SOURCES money_bench.cc DEPENDS ...)
#   kontor_fuzz(NAME decode_fuzz SOURCES decode_fuzz.cc CORPUS corpus/decode DEPENDS ...)
#
# Sources are listed, headers too. Includes are written from the repository's root: "engine/base/money.h"; generated
# ones from the proto folder: "kontor/event/v1/event.pb.h". Flags belong to targets, never to folders.

include(GoogleTest)

set(KONTOR_GENERATED_DIR "${CMAKE_BINARY_DIR}/generated")

add_custom_target(benches COMMENT "All benchmarks")
add_custom_target(fuzzers COMMENT "All fuzz targets")

# Stops at a misspelt argument, which cmake_parse_arguments would drop without a word.
macro(kontor_parse one multi required)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "${one}" "${multi}")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  foreach(name ${required})
    if(NOT DEFINED arg_${name})
      message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: ${name} is missing")
    endif()
  endforeach()
endmacro()

# kontor_rooms(FOLDER...): adds the folders, in this order.
function(kontor_rooms)
  foreach(room ${ARGN})
    add_subdirectory(${room})
  endforeach()
endfunction()

# kontor_library(NAME room SOURCES file... [DEPENDS target...])
# The static library kontor_<room>, alias kontor::<room>. A room of headers alone becomes an interface library.
function(kontor_library)
  kontor_parse("NAME" "SOURCES;DEPENDS" "NAME;SOURCES")
  set(target kontor_${arg_NAME})
  set(compiled ${arg_SOURCES})
  list(FILTER compiled INCLUDE REGEX "\\.cc$")
  if(compiled)
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${target} PUBLIC ${arg_DEPENDS} PRIVATE kontor_compiler)
  else()
    add_library(${target} INTERFACE ${arg_SOURCES})
    target_include_directories(${target} INTERFACE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${target} INTERFACE ${arg_DEPENDS})
  endif()
  add_library(kontor::${arg_NAME} ALIAS ${target})
endfunction()

# What all programs have in common; the functions below add the rest.
macro(kontor_program)
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_include_directories(${arg_NAME} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${arg_NAME} PRIVATE ${arg_DEPENDS} kontor_compiler ${KONTOR_PROGRAM_OBJECTS})
endmacro()

# kontor_executable(NAME name SOURCES file... [DEPENDS target...])
# A program, left at the root of the build folder: build/<preset>/<name>.
function(kontor_executable)
  kontor_parse("NAME" "SOURCES;DEPENDS" "NAME;SOURCES")
  kontor_program()
  set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
endfunction()

# kontor_test(NAME name SOURCES file... [DEPENDS target...] [LABELS label...] [LOCKS lock...])
# A gtest program with gmock's main; each case is a test of its own, run in the repository's root, and finds the built
# program under KONTOR_BINARY. Cases are listed when tests run, not when they are built. Labels: unit (the default),
# property, golden, conformance, integration (needs the broker), data (needs KONTOR_SHARED_DATA). Tests that name the
# same lock never run at once.
function(kontor_test)
  kontor_parse("NAME" "SOURCES;DEPENDS;LABELS;LOCKS" "NAME;SOURCES")
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  kontor_program()
  target_link_libraries(${arg_NAME} PRIVATE GTest::gmock_main)

  gtest_discover_tests(${arg_NAME}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  # Its PROPERTIES lose every list (two labels become one); so they are set on the cases once these are known.
  set(properties_file "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_properties.cmake")
  file(CONFIGURE OUTPUT "${properties_file}" CONTENT
[=[if(@arg_NAME@_TESTS)
  set_tests_properties(${@arg_NAME@_TESTS} PROPERTIES
    LABELS "@arg_LABELS@" RESOURCE_LOCK "@arg_LOCKS@" TIMEOUT 300 ENVIRONMENT "KONTOR_BINARY=@CMAKE_BINARY_DIR@/kontor")
endif()
]=] @ONLY)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${properties_file}")
endfunction()

# kontor_build_check(TEST name CASE case READS file...)
# Makes one case of a test program a part of the whole build, which fails with it: run again whenever the program or a
# file that it reads has changed. Not under sanitizers: programs that are made with them may need what only tests set.
function(kontor_build_check)
  kontor_parse("TEST;CASE" "READS" "TEST;CASE;READS")
  if(KONTOR_SANITIZE)
    return()
  endif()
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/${arg_CASE}.passed")
  list(TRANSFORM arg_READS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  add_custom_command(
    OUTPUT "${stamp}"
    COMMAND "${CMAKE_COMMAND}" -E env --unset=KONTOR_UPDATE_GOLDEN
            "$<TARGET_FILE:${arg_TEST}>" --gtest_brief=1 "--gtest_filter=${arg_CASE}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS ${arg_TEST} ${arg_READS}
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    COMMENT "${arg_CASE}"
    VERBATIM)
  add_custom_target(${arg_CASE} ALL DEPENDS "${stamp}")
endfunction()

# kontor_script_test(NAME name COMMAND command... [LABELS label...] [LOCKS lock...])
# A script as one test, under the same terms as a gtest case.
function(kontor_script_test)
  kontor_parse("NAME" "COMMAND;LABELS;LOCKS" "NAME;COMMAND")
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_test(NAME ${arg_NAME} COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${arg_NAME} PROPERTIES
    LABELS "${arg_LABELS}" RESOURCE_LOCK "${arg_LOCKS}" TIMEOUT 300
    ENVIRONMENT "KONTOR_BINARY=${CMAKE_BINARY_DIR}/kontor")
endfunction()

# kontor_bench(NAME name SOURCES file... [DEPENDS target...])
# A Google Benchmark program, made by the target `benches` only: in any preset but release its figures say nothing.
function(kontor_bench)
  kontor_parse("NAME" "SOURCES;DEPENDS" "NAME;SOURCES")
  kontor_program()
  target_link_libraries(${arg_NAME} PRIVATE benchmark::benchmark_main)
  set_target_properties(${arg_NAME} PROPERTIES EXCLUDE_FROM_ALL ON)
  add_dependencies(benches ${arg_NAME})
endfunction()

# kontor_fuzz(NAME name SOURCES file... CORPUS folder [DEPENDS target...])
# A program around LLVMFuzzerTestOneInput. The fuzz preset links it with libFuzzer; every other one with a main that
# replays the corpus, as a test: what was found once stays found.
function(kontor_fuzz)
  kontor_parse("NAME;CORPUS" "SOURCES;DEPENDS" "NAME;CORPUS;SOURCES")
  kontor_program()
  add_dependencies(fuzzers ${arg_NAME})
  if(KONTOR_FUZZ)
    target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${arg_NAME} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc")
    kontor_script_test(NAME ${arg_NAME}.replay
      COMMAND ${arg_NAME} "${CMAKE_CURRENT_SOURCE_DIR}/${arg_CORPUS}" LABELS unit)
  endif()
endfunction()

# kontor_proto_library(NAME name PROTOS file...)
# The static library kontor_<name>, alias kontor::<name>, of the C++ that protoc makes of the files, which are named
# from the folder of the caller. It is made fast even where the rest is not: the code is protoc's, nobody steps through.
# The files' descriptors, comments included, are bytes in it: "kontor/<name>_descriptors.h".
function(kontor_proto_library)
  kontor_parse("NAME" "PROTOS" "NAME;PROTOS")
  set(target kontor_${arg_NAME})
  file(MAKE_DIRECTORY "${KONTOR_GENERATED_DIR}")
  set(generated)
  foreach(proto ${arg_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem "${KONTOR_GENERATED_DIR}/${proto}")
    add_custom_command(
      OUTPUT "${stem}.pb.cc" "${stem}.pb.h"
      COMMAND protobuf::protoc "--proto_path=${CMAKE_CURRENT_SOURCE_DIR}" "--cpp_out=${KONTOR_GENERATED_DIR}"
              "--dependency_out=${stem}.d" ${proto}
      DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${proto}" protobuf::protoc
      DEPFILE "${stem}.d"
      WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
      COMMENT "protoc ${proto}"
      VERBATIM)
    list(APPEND generated "${stem}.pb.cc" "${stem}.pb.h")
  endforeach()

  set(descriptors "${KONTOR_GENERATED_DIR}/kontor/${arg_NAME}_descriptors")
  list(TRANSFORM arg_PROTOS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE proto_files)
  add_custom_command(
    OUTPUT "${descriptors}.h" "${descriptors}.cc"
    COMMAND protobuf::protoc "--proto_path=${CMAKE_CURRENT_SOURCE_DIR}" --include_imports --include_source_info
            "--descriptor_set_out=${descriptors}.binpb" ${arg_PROTOS}
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${descriptors}.binpb" "-DOUTPUT=${descriptors}" -DSYMBOL=kProtoDescriptors
            -P "${CMAKE_SOURCE_DIR}/tools/cmake/embed.cmake"
    DEPENDS ${proto_files} protobuf::protoc "${CMAKE_SOURCE_DIR}/tools/cmake/embed.cmake"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    COMMENT "Descriptors of ${arg_NAME}"
    VERBATIM)
  list(APPEND generated "${descriptors}.cc" "${descriptors}.h")

  add_library(${target} STATIC ${generated})
  target_include_directories(${target} SYSTEM PUBLIC "${KONTOR_GENERATED_DIR}")
  target_compile_options(${target} PRIVATE -w)
  if(NOT KONTOR_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O2)
  endif()
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf Threads::Threads PRIVATE kontor_sanitizers)
  add_custom_target(${target}_sources DEPENDS ${generated})
  add_library(kontor::${arg_NAME} ALIAS ${target})
endfunction()
