#pragma once
// A tree as YAML text, in the look of the reference's own writer: two spaces, lists at the indent of their
// key, quotes only where the text would be read as something else. What is written reads back as the same
// tree.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/yaml/node.h"

namespace sonde::yaml {

Node make_text(std::string_view text);
Node make_boolean(bool value);
Node make_integer(int64_t value);
Node make_unsigned(uint64_t value);
Node make_number(double value);
Node make_list(const std::vector<std::string>& texts);
Node make_map(const std::map<std::string, std::string>& texts);
Node make_map();
Node make_list();

// Appends an entry; the key must not be there yet.
void put(Node& map, std::string_view key, Node value);
// The same, but nothing for an empty text, list or map.
void put_unless_empty(Node& map, std::string_view key, Node value);

// Ends with a newline. Null is "null", an empty map "{}".
std::string write(const Node& root);

}  // namespace sonde::yaml
