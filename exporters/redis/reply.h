#pragma once
// What a server answers, as values, and how to look into it. A server may say anything: what is not there or
// of another kind is "" or nothing, never a failure of the process. Pure.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace sonde::redis {

struct Reply {
  enum class Kind : uint8_t { Nil, Text, Integer, List, Error };
  Kind kind = Kind::Nil;
  std::string text{};  // Text and Error
  int64_t integer = 0;
  std::vector<Reply> items{};

  bool is_error() const { return kind == Kind::Error; }
  bool is_list() const { return kind == Kind::List; }
};

// Words of one command, which are sent as they are.
using Command = std::vector<std::string_view>;

// The text of a Text, "" of anything else.
std::string_view text_of(const Reply& reply);

// An Integer, or a Text that is a number.
std::optional<double> number_of(const Reply& reply);

// The item at `index` of a List; a Nil that lives for ever when there is none.
const Reply& item_of(const Reply& list, size_t index);

// The value behind a name in a flat list of names and values; a Nil when there is none.
const Reply& value_of(const Reply& pairs, std::string_view name);

// Calls back with every name and value of a flat list; a name without a value is left out.
void for_each_pair(const Reply& pairs,
                   const std::function<void(std::string_view name, const Reply& value)>& visit);

// An answer of kind Error as an Error.
Status reply_error(const Reply& reply);

}  // namespace sonde::redis
