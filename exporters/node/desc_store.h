#pragma once
// Descriptions of families whose names are made at run time from a kernel's field names. A collector owns
// one; the descriptions live as long as it does and keep their addresses.

#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "common/metrics/family.h"

namespace sonde::node {

class DescStore {
 public:
  const Desc& make(std::string name, std::string help, MetricType type, LabelNames labels = {}) {
    Entry& entry = entries_.emplace_back();
    entry.name = std::move(name);
    entry.help = std::move(help);
    entry.desc = Desc{.name = entry.name, .help = entry.help, .type = type, .labels = labels};
    return entry.desc;
  }

 private:
  struct Entry {
    std::string name;
    std::string help;
    Desc desc;
  };
  std::deque<Entry> entries_;
};

}  // namespace sonde::node
