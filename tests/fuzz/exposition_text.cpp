// Any bytes as text format 0.0.4 / 1.0.0. What is read must decode without a crash, and a sample that next()
// took must be taken by next_known() in the same way.

#include "tests/fuzz/exposition_entries.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sonde::exposition::read_every_entry({reinterpret_cast<const char*>(data), size},
                                      sonde::exposition::Dialect::Text);
  return 0;
}
