#pragma once
// What a scalar means, by the YAML 1.1 rules of the parser that the reference uses (Go's yaml.v2): unquoted
// yes/no/on/off are truth values, 010 is eight, 1_000 a thousand; quoted text is always text.

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/yaml/node.h"

namespace sonde::yaml {

// Of an unquoted scalar: "", ~, null, Null, NULL.
bool is_null_text(std::string_view text);

std::optional<bool> to_boolean(const Node& node);
// Decimal, 0x, 0o, 0b and leading-zero octal, underscores between digits; a float is cut to its whole part.
std::optional<int64_t> to_integer(const Node& node);
std::optional<uint64_t> to_unsigned(const Node& node);
// Integers too; .inf, -.inf, .nan.
std::optional<double> to_number(const Node& node);

// True when this text without quotes would not be read back as the same text.
bool needs_quotes(std::string_view text);

}  // namespace sonde::yaml
