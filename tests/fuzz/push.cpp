// Any bytes as a push: the first line is the URL path, the rest the body. What is accepted is stored, written
// as the persistence file and read back to the same file; the whole input is also read as such a file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/text.h"
#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/grouping_key.h"
#include "exporters/pushgateway/persistence.h"
#include "exporters/pushgateway/push_body.h"

namespace sonde::pushgateway {
namespace {

void push(std::string_view path, std::string_view body, PushMode mode) {
  const auto key = parse_grouping_key(path, /*utf8_names=*/mode == PushMode::ReplaceGroup);
  if (!key) return;
  GroupStore store({});
  auto families = parse_push_body(body, *key);
  if (!families) {
    store.mark_failure(*key, 1);
  } else if (const auto pushed = store.push(*key, std::move(*families), mode, 1.5); !pushed) {
    if (pushed.error().message().empty()) std::abort();
  }
  const std::string written = write_groups(store);
  GroupStore again({});
  if (!read_groups(written, again) || write_groups(again) != written) std::abort();
  std::string page;
  store.render(page);
  store.remove(*key);
  if (!store.groups().empty()) std::abort();
}

void fuzz(std::string_view text) {
  const Cut parts = cut(text, '\n');
  push(parts.before, parts.after, PushMode::ReplaceGroup);
  push(parts.before, parts.after, PushMode::ReplaceFamilies);
  GroupStore store({});
  (void)read_groups(text, store);
}

}  // namespace
}  // namespace sonde::pushgateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sonde::pushgateway::fuzz(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
