# Every library that Kontor uses, found once. The packages that bring them are listed in tools/packages.txt.
#
# Where Debian ships no CMake package, an imported target is made here, under the name that the library's own CMake
# package gives it.

find_package(Threads REQUIRED)

find_package(RocksDB CONFIG REQUIRED)            # RocksDB::rocksdb-shared
find_package(absl CONFIG REQUIRED)               # absl::status, absl::statusor, absl::inlined_vector
find_package(fmt CONFIG REQUIRED)                # fmt::fmt
find_package(spdlog CONFIG REQUIRED)             # spdlog::spdlog
find_package(CLI11 CONFIG REQUIRED)              # CLI11::CLI11
find_package(Boost 1.74 REQUIRED)                # Boost::headers
find_package(nlohmann_json CONFIG REQUIRED)      # nlohmann_json::nlohmann_json
find_package(Protobuf MODULE 3.21 REQUIRED)      # protobuf::libprotobuf, protobuf::protoc
find_package(OpenSSL REQUIRED COMPONENTS Crypto) # OpenSSL::Crypto
find_package(SQLite3 REQUIRED)                   # SQLite::SQLite3
find_package(ZLIB REQUIRED)                      # ZLIB::ZLIB

find_package(PkgConfig REQUIRED)
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET GLOBAL rdkafka>=2.0)
add_library(RdKafka::rdkafka ALIAS PkgConfig::rdkafka)
# By pkg-config: its CMake package asks for what its push and pull parts need, which are not used.
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET GLOBAL prometheus-cpp-core)
add_library(Prometheus::core ALIAS PkgConfig::prometheus)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET GLOBAL libsystemd)
add_library(Systemd::systemd ALIAS PkgConfig::systemd)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET GLOBAL libxxhash)
add_library(xxHash::xxhash ALIAS PkgConfig::xxhash)

# kontor_find_library(TARGET FILE HEADER): an imported target for a library that brings neither CMake nor pkg-config.
function(kontor_find_library target file header)
  find_library(KONTOR_LIB_${file} ${file} REQUIRED)
  find_path(KONTOR_INCLUDE_${file} ${header} REQUIRED)
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION "${KONTOR_LIB_${file}}"
    INTERFACE_INCLUDE_DIRECTORIES "${KONTOR_INCLUDE_${file}}")
endfunction()

kontor_find_library(cctz::cctz cctz cctz/time_zone.h)
kontor_find_library(csv::csv csv csv.h)

# Its headers alone, and without exceptions: its own CMake package means Debian's shared library, which throws.
find_path(KONTOR_INCLUDE_tomlplusplus toml++/toml.h REQUIRED)
add_library(tomlplusplus::tomlplusplus INTERFACE IMPORTED GLOBAL)
target_include_directories(tomlplusplus::tomlplusplus INTERFACE "${KONTOR_INCLUDE_tomlplusplus}")
target_compile_definitions(tomlplusplus::tomlplusplus INTERFACE TOML_HEADER_ONLY=1 TOML_EXCEPTIONS=0)

# Tests and benchmarks.
find_package(GTest CONFIG REQUIRED)              # GTest::gmock, GTest::gmock_main
find_package(rapidcheck CONFIG REQUIRED)         # rapidcheck
find_package(benchmark CONFIG REQUIRED)          # benchmark::benchmark

# Debian's own Python, whatever else stands first in PATH: it is the one that has the packaged modules.
find_program(Python3_EXECUTABLE python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
