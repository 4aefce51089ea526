// Any bytes as delimited protobuf: what is accepted must be a page in text format that reads to its end.

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/core/check.h"
#include "common/exposition/protobuf_reader.h"
#include "common/exposition/text_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sonde::exposition;
  std::string page;
  if (!append_protobuf_as_text({reinterpret_cast<const char*>(data), size}, page)) return 0;
  TextReader reader(page, Dialect::Text);
  EntryKind kind = reader.next();
  while (kind != EntryKind::End && kind != EntryKind::Failed) kind = reader.next();
  sonde::check(kind == EntryKind::End, "what protobuf became reads as text");
  return 0;
}
