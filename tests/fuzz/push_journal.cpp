// Any bytes as a journal or snapshot, with and without good checksums: what is read is a store that can be
// written and read back to the same page.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/io/byte_writer.h"
#include "common/io/crc32c.h"
#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/persistence.h"
#include "exporters/pushgateway/record_format.h"

namespace sonde::pushgateway {
namespace {

std::string page_of(const GroupStore& store) {
  std::string page;
  store.render(page);
  return page;
}

void restore(std::string_view file) {
  (void)read_header(io::as_bytes(file));
  GroupStore store({});
  (void)restore_records(io::as_bytes(file), store, false);
  std::string written;
  append_header(written, {FileKind::Snapshot, 1});
  for (const auto& [id, group] : store.groups()) append_group(written, group);
  append_end(written, store.groups().size());
  GroupStore again({});
  if (restore_records(io::as_bytes(written), again, true).damaged_count != 0) std::abort();
  if (page_of(again) != page_of(store)) std::abort();
}

// The input in pieces, each with the checksum that it needs: pieces begin with their length and kind.
std::string with_checksums(std::string_view input) {
  std::string out;
  append_header(out, {FileKind::Journal, 1});
  while (input.size() >= 2) {
    const auto length = std::min<size_t>(static_cast<unsigned char>(input[0]), input.size() - 2);
    const std::string_view checked = input.substr(1, length + 1);
    io::append_u32(out, static_cast<uint32_t>(length));
    io::append_u32(out, io::crc32c(io::as_bytes(checked)));
    out += checked;
    input.remove_prefix(length + 2);
  }
  return out;
}

}  // namespace
}  // namespace sonde::pushgateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  sonde::pushgateway::restore(input);
  sonde::pushgateway::restore(sonde::pushgateway::with_checksums(input));
  return 0;
}
