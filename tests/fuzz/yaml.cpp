// Any bytes through the YAML parser, the writer and the whole configuration. A tree that was read is written,
// and what is written reads back with the same text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/yaml/node.h"
#include "common/yaml/writer.h"
#include "scraper/config/load.h"

namespace {

bool same(const sonde::yaml::Node& a, const sonde::yaml::Node& b) {
  if (a.kind != b.kind || a.items.size() != b.items.size() || a.entries.size() != b.entries.size())
    return false;
  if (a.kind == sonde::yaml::NodeKind::Scalar && a.text != b.text) return false;
  for (size_t i = 0; i < a.items.size(); ++i) {
    if (!same(a.items[i], b.items[i])) return false;
  }
  for (size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].key != b.entries[i].key || !same(a.entries[i].value, b.entries[i].value)) return false;
  }
  return true;
}

// What the writer is given by programs: every scalar is a text.
void make_texts(sonde::yaml::Node& node) {
  if (node.kind == sonde::yaml::NodeKind::Scalar) node.plain = false;
  for (auto& item : node.items) make_texts(item);
  for (auto& entry : node.entries) make_texts(entry.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto root = sonde::yaml::parse(text, "f");
  if (root) {
    make_texts(*root);
    const auto again = sonde::yaml::parse(sonde::yaml::write(*root), "w");
    if (!again || !same(*root, *again)) std::abort();
  }
  const auto config = sonde::config::parse_config(text, "f");
  if (!config && config.error().message().empty()) std::abort();
  return 0;
}
