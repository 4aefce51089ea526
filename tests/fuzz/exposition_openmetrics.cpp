// Any bytes as OpenMetrics; see exposition_text.cpp.

#include "tests/fuzz/exposition_entries.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sonde::exposition::read_every_entry({reinterpret_cast<const char*>(data), size},
                                      sonde::exposition::Dialect::OpenMetrics);
  return 0;
}
