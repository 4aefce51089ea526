#pragma once
// Mappings that are understood but not acted on yet (most discovery mechanisms, the clouds' authentication)
// are described by tables of their keys: read strictly, defaults filled in, secrets hidden, kept as a tree
// for display. A mechanism that gets built moves out of the tables into a struct of its own.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/yaml/node.h"
#include "common/yaml/value.h"

namespace sonde::config {

enum class KeyKind : uint8_t {
  Text,
  Secret,  // shown as <secret>
  File,    // a path, relative to the configuration's folder
  Integer,
  Boolean,
  Duration,
  Texts,  // a list
  TextMap,
  HttpUrl,     // http or https with a host
  Choice,      // one of `choices`
  Tls,         // a tls_config
  Nested,      // a mapping with keys of its own
  NestedList,  // a list of such
};

struct KeySpec {
  std::string_view name;
  KeyKind kind = KeyKind::Text;
  std::string_view fallback{};  // the default, as it would be written
  bool required = false;        // may not be absent or empty
  std::string_view choices{};   // "a|b|c"
  std::span<const KeySpec> nested{};
};

// Reads the keys of `table` into `out`, in the table's order; the caller calls finish().
void read_keys(yaml::Fields& fields, std::span<const KeySpec> table, std::string_view folder,
               yaml::Node& out);

// The text of an entry of such a tree; "" when it is absent.
std::string_view text_of(const yaml::Node& map, std::string_view key);

}  // namespace sonde::config
