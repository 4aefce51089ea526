#pragma once
// Walks through the kernel's lists of names and values: "pgpgin 7344136", "MemTotal:  24684084 kB". They come
// in the same order every time and most of them are not exported, so the n-th line is expected to begin as
// the n-th line of the last scrape did; only one that begins otherwise is taken apart and looked up (by a
// regular expression, a search in a table).

#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/family.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {

class NamedLines {
 public:
  // Views point into the text.
  struct Line {
    std::string_view name;   // the first field; "" of a blank line
    std::string_view value;  // the rest, without blanks before it
    const Desc* desc = nullptr;
  };

  // A scrape begins at the first line again.
  void restart() { position_ = 0; }

  // Takes the next line off `rest`; false at the end. `find(name)` gives the description of a new name, or
  // nullptr when it is not exported.
  template <class Find>
  bool next(std::string_view& rest, Line& line, const Find& find) {
    if (rest.empty()) return false;
    if (position_ == known_.size()) known_.emplace_back();
    Known& known = known_[position_++];
    if (!known.begins(rest)) learn(rest, known, find);
    line.name = rest.substr(known.name_at, known.name_size);
    line.desc = known.desc;
    size_t at = known.name_at + known.name_size;
    while (at < rest.size() && is_blank(rest[at])) ++at;
    // Values are short, so that looking at each byte is quicker than a call.
    size_t end = at;
    while (end < rest.size() && rest[end] != '\n') ++end;
    line.value = rest.substr(at, end - at);
    rest.remove_prefix(end == rest.size() ? end : end + 1);
    return true;
  }

 private:
  struct Known {
    std::string start;  // the line up to its name's end and the blank behind it; "" matches nothing
    size_t name_at = 0;
    size_t name_size = 0;
    const Desc* desc = nullptr;

    bool begins(std::string_view rest) const { return !start.empty() && rest.starts_with(start); }
  };

  static bool is_blank(char c) { return c == ' ' || c == '\t'; }

  template <class Find>
  static void learn(std::string_view rest, Known& known, const Find& find) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    std::string_view fields = line;
    const std::string_view name = next_field(fields);
    known.name_at = name.empty() ? line.size() : static_cast<size_t>(name.data() - line.data());
    known.name_size = name.size();
    known.desc = name.empty() ? nullptr : find(name);
    known.start.clear();
    // A name that ends with its line would match all longer ones.
    const size_t name_end = known.name_at + known.name_size;
    if (!name.empty() && name_end < line.size()) known.start = line.substr(0, name_end + 1);
  }

  std::vector<Known> known_;
  size_t position_ = 0;
};

}  // namespace sonde::node
