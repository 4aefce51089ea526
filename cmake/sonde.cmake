# sonde_library(), sonde_binary() and sonde_test(): the only ways a target is made here.

find_program(SONDE_CCACHE ccache)
if(SONDE_CCACHE)
  # Objects are shared between build folders: the working directory is left out of the hash.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=time_macros
      ${SONDE_CCACHE})
endif()
find_program(SONDE_MOLD mold)

add_library(sonde_warnings INTERFACE)
target_compile_options(sonde_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(SONDE_WERROR)
  target_compile_options(sonde_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 sees overlaps in std::string's own operator+ where there are none (GCC bug 105651).
  target_compile_options(sonde_warnings INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(sonde_warnings INTERFACE -Wthread-safety)
endif()

add_library(sonde_options INTERFACE)
target_include_directories(sonde_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
if(SONDE_MOLD AND NOT SONDE_FUZZ)
  target_link_options(sonde_options INTERFACE -fuse-ld=mold)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/hardening.cmake)
if(SONDE_SANITIZE)
  target_compile_options(sonde_options INTERFACE -fsanitize=${SONDE_SANITIZE} -fno-omit-frame-pointer
                                                 -fno-sanitize-recover=all)
  target_link_options(sonde_options INTERFACE -fsanitize=${SONDE_SANITIZE})
endif()
if(SONDE_COVERAGE)
  target_compile_options(sonde_options INTERFACE --coverage)
  target_link_options(sonde_options INTERFACE --coverage)
endif()
if(SONDE_FUZZ)
  target_compile_options(sonde_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# sonde_library(tsdb SOURCES a.cpp … DEPENDS sonde::io … LIBRARIES third-party …)
# DEPENDS are public (headers include them); LIBRARIES are private to the folder.
function(sonde_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES;PUBLIC_LIBRARIES" ${ARGN})
  if(ARG_SOURCES)
    add_library(sonde_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(sonde_${name} PUBLIC sonde_options ${ARG_DEPENDS} ${ARG_PUBLIC_LIBRARIES}
                                        PRIVATE sonde_warnings ${ARG_LIBRARIES})
  else()
    add_library(sonde_${name} INTERFACE)
    target_link_libraries(sonde_${name} INTERFACE sonde_options ${ARG_DEPENDS} ${ARG_PUBLIC_LIBRARIES})
  endif()
  add_library(sonde::${name} ALIAS sonde_${name})
endfunction()

# sonde_binary(sonde-node-exporter SOURCES main.cpp DEPENDS sonde::node): build/<preset>/bin/NAME.
function(sonde_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sonde_options sonde_warnings ${ARG_DEPENDS} ${ARG_LIBRARIES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# sonde_test(tsdb SOURCES log_test.cpp … DEPENDS sonde::tsdb): one doctest binary per library, every case a ctest.
function(sonde_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_executable(unit_${name} ${ARG_SOURCES} $<TARGET_OBJECTS:sonde_test_main>)
  target_link_libraries(unit_${name} PRIVATE sonde_options sonde_warnings ${ARG_DEPENDS} ${ARG_LIBRARIES}
                                             doctest::doctest)
  set_target_properties(unit_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME unit.${name} COMMAND unit_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# sonde_e2e_test(node.metrics tests/e2e/node/metrics_test.py NEEDS sonde-node-exporter): a script against real binaries.
# Exit code 77 means skipped; the script prints "SKIP: reason". Environment: SONDE_BIN is the folder of the binaries.
function(sonde_e2e_test name script)
  cmake_parse_arguments(ARG "" "TIMEOUT" "NEEDS;ARGS" ${ARGN})
  foreach(binary ${ARG_NEEDS})
    if(NOT TARGET ${binary})
      return()
    endif()
  endforeach()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 180)
  endif()
  if(SONDE_SANITIZE)
    set(runner ${PROJECT_SOURCE_DIR}/tests/e2e/sanitized.py)
  endif()
  add_test(NAME e2e.${name} COMMAND python3 ${runner} ${PROJECT_SOURCE_DIR}/${script} ${ARG_ARGS}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(e2e.${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${ARG_TIMEOUT} LABELS e2e
                       ENVIRONMENT "SONDE_BIN=${PROJECT_BINARY_DIR}/bin;PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/e2e")
endfunction()

# sonde_fuzz(exposition_text SOURCES exposition_text.cpp DEPENDS sonde::exposition): a libFuzzer binary, fuzz preset only.
function(sonde_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  if(NOT SONDE_FUZZ)
    return()
  endif()
  add_executable(fuzz_${name} ${ARG_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE sonde_options sonde_warnings ${ARG_DEPENDS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
endfunction()

# sonde_bench(head SOURCES head_bench.cpp DEPENDS sonde::tsdb): Google Benchmark, bench preset only.
function(sonde_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  if(NOT SONDE_BENCH)
    return()
  endif()
  add_executable(bench_${name} ${ARG_SOURCES})
  target_link_libraries(bench_${name} PRIVATE sonde_options sonde_warnings ${ARG_DEPENDS} benchmark::benchmark)
  set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
endfunction()
