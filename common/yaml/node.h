#pragma once
// A YAML document as a tree of plain values with positions: one document, aliases and merge keys ("<<")
// already followed, duplicate keys refused. What a scalar means (number, truth, null) is decided by the
// reader of a field (value.h) with the rules of scalar.h; nothing here knows libfyaml. A tree is a value: no
// thread, no lifetime ties.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::yaml {

inline constexpr size_t kDocumentBytesMax = size_t{64} << 20;
inline constexpr size_t kDepthMax = 64;  // nested collections, those reached through aliases included
inline constexpr size_t kNodesMax =
    4'000'000;  // after aliases are followed: ends a "billion laughs" document

// Both from 1; zero means unknown (a tree that was built by a program).
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
};

enum class NodeKind : uint8_t { Null, Scalar, List, Map };

struct Entry;

struct Node {
  NodeKind kind = NodeKind::Null;
  bool plain = true;  // a scalar without quotes, whose text may mean a number, a truth value or null
  bool flow = false;  // a list that is to be written as [a, b]; never set by parse()
  Position at;
  std::string text;            // Scalar and Null: the text, escapes resolved
  std::vector<Node> items;     // List
  std::vector<Entry> entries;  // Map, in the order of the document, merged entries last

  // The value of a key; null when this is no map or has no such key.
  const Node* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  Position at;  // of the key
  Node value;
};

// Reads one document; an empty one is a null node. Errors read "FILE: line 3, column 5: what is wrong".
Result<Node> parse(std::string_view text, std::string_view file_name);

}  // namespace sonde::yaml
