# How every binary is compiled and linked, so that a fault stays a crash: position independent, relocations read-only
# before main(), guarded stacks, checked libc calls, landing pads for indirect branches. tests/e2e/packages checks the result.

include(CheckCXXCompilerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

set(hardening -fPIE -fstack-protector-strong)
# Marks where indirect branches may land. clang takes the other processor's flag, too, and warns at each file.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)")
  set(landing_pads -mbranch-protection=standard)
else()
  set(landing_pads -fcf-protection=full)
endif()
foreach(flag -fstack-clash-protection ${landing_pads})
  string(MAKE_C_IDENTIFIER "SONDE_HAS${flag}" known)
  check_cxx_compiler_flag(${flag} ${known})
  if(${known})
    list(APPEND hardening ${flag})
  endif()
endforeach()
target_compile_options(sonde_options INTERFACE ${hardening})
target_link_options(sonde_options INTERFACE -pie LINKER:-z,relro,-z,now)
# The sanitizers check the same calls themselves, and without optimisation the macro only warns.
if(NOT SONDE_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL Debug)
  target_compile_options(sonde_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

# No path of the machine that builds gets into a binary: two builds of one commit are equal, wherever they stand.
file(RELATIVE_PATH source_from_build ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR})
string(REGEX REPLACE "/$" "" source_from_build ${source_from_build})
foreach(prefix ${source_from_build} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_compile_options(sonde_options INTERFACE -ffile-prefix-map=${prefix}/=)
endforeach()
