# How everything of ours is compiled and linked: one interface target, kontor_compiler, which the functions of
# kontor.cmake link privately. Optimisation and debug information come from the preset's build type.

option(KONTOR_WERROR "Warnings are errors" OFF)
option(KONTOR_FUZZ "Build fuzz targets with libFuzzer (needs clang)" OFF)
set(KONTOR_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them")

# CCACHE_BASEDIR and CCACHE_NOHASHDIR let several checkouts of this repository share what was compiled once.
find_program(KONTOR_CCACHE ccache)
if(KONTOR_CCACHE)
  set(launcher env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${KONTOR_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# Sanitizers must see every object of the program, generated code too; so they are a target of their own.
add_library(kontor_sanitizers INTERFACE)
if(KONTOR_SANITIZE)
  target_compile_options(kontor_sanitizers INTERFACE
    -fsanitize=${KONTOR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(kontor_sanitizers INTERFACE -fsanitize=${KONTOR_SANITIZE})
endif()
if(KONTOR_FUZZ)
  target_compile_options(kontor_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Objects that go into every program.
set(KONTOR_PROGRAM_OBJECTS)
if(KONTOR_SANITIZE STREQUAL "thread")
  add_library(kontor_tsan_threads OBJECT "${CMAKE_SOURCE_DIR}/tools/cmake/tsan_threads.c")
  target_link_libraries(kontor_tsan_threads PRIVATE kontor_sanitizers)
  set(KONTOR_PROGRAM_OBJECTS kontor_tsan_threads)
endif()

add_library(kontor_compiler INTERFACE)
target_link_libraries(kontor_compiler INTERFACE kontor_sanitizers)

target_compile_options(kontor_compiler INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
  -Wimplicit-fallthrough
  # GCC 12 warns of std::string's own operator+ (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${KONTOR_WERROR}>:-Werror>)
if(KONTOR_SANITIZE)
  # Instrumented code makes GCC see uninitialised members in std::optional and its like.
  target_compile_options(kontor_compiler INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(KONTOR_SANITIZE STREQUAL "thread")
  # Boost.Asio has fences beside its locks, and the thread sanitizer sees only the locks, which order the same.
  target_compile_options(kontor_compiler INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  # Protobuf's map fields have two members more where they know of the sanitizer, and Debian's library is compiled
  # without them: one layout for both.
  target_compile_options(kontor_sanitizers INTERFACE -U__SANITIZE_THREAD__)
endif()

find_program(KONTOR_LLD ld.lld)
if(KONTOR_LLD)
  target_link_options(kontor_compiler INTERFACE -fuse-ld=lld)
endif()
