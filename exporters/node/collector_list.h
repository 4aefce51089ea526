#pragma once
// The only list of collectors: every name that the original knows, whether it is on by default, and how it is
// made. Flags, start-up and the collect[] parameter read it.

#include <span>
#include <string_view>
#include <vector>

#include "common/exporter/frame.h"
#include "exporters/node/collectors.h"

namespace sonde::node {

using CollectorFactory = MadeCollector (*)(const CollectorContext&);

struct CollectorSpec {
  std::string_view name;
  bool on_by_default = false;
  CollectorFactory make = nullptr;  // nullptr: this build does not have it, and it can only be switched off
  // Whether, with these flags, it waits for something that may hang or be slow, and so runs on the worker
  // pool. nullptr: never.
  bool (*may_block)(const Options&) = nullptr;
};

std::span<const CollectorSpec> collector_list();

// The collectors that the options ask for, and the names of those that are here and off.
struct CollectorChoice {
  std::vector<exporter::CollectorEntry> enabled;
  std::vector<std::string> disabled;
};
Result<CollectorChoice> make_collectors(const Options& options, const Clock& clock, Logger& logger,
                                        SharedReads& shared);

}  // namespace sonde::node
