#pragma once
// Where collectors put their samples: one text buffer per family, rendered at once and kept between scrapes, so
// that a scrape allocates nothing after the first. A sink belongs to one thread at a time; the exporter frame
// gives each collector its own and joins them into one page (join_text). Other formats are made from that page.

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/metrics/family.h"
#include "common/metrics/instruments.h"

namespace sonde::exposition {

class MetricSink {
 public:
  // One sample; as many values as desc.labels has names. An empty value is written as it is.
  // `desc` is known by its address and must outlive the sink.
  void sample(const Desc& desc, std::initializer_list<std::string_view> label_values, double value);
  void sample(const Desc& desc, std::span<const std::string_view> label_values, double value);
  void sample(const Desc& desc, double value) { sample(desc, std::initializer_list<std::string_view>{}, value); }

  // A line with labels of its own, for families whose labels differ by sample and for histograms and summaries:
  // `suffix` is "", "_bucket", "_sum" or "_count".
  void line(const Desc& desc, std::string_view suffix, std::span<const LabelView> labels, double value,
            std::optional<int64_t> timestamp_ms = std::nullopt);

  // A family whose name is made at run time. The same name gives the same description, whose strings live in
  // the sink; help and type are those of the first call.
  const Desc& family(std::string_view name, std::string_view help, MetricType type,
                     std::span<const std::string_view> label_names = {});

  // Forgets the samples and keeps the buffers.
  void clear();

  // Everything in the registry.
  void instruments(const Registry& registry);

  struct Family {
    const Desc* desc = nullptr;
    std::string body;       // sample lines, each with its newline
    size_t sample_count = 0;
  };
  std::span<const Family> families() const { return families_; }

 private:
  struct OwnedDesc {
    std::string name;
    std::string help;
    std::vector<std::string> label_names;
    Desc desc;
  };
  Family& find(const Desc& desc);

  std::vector<Family> families_;
  std::unordered_map<const Desc*, size_t> index_;
  std::deque<OwnedDesc> owned_;
  std::unordered_map<std::string_view, size_t> owned_index_;  // Keys point into owned_.
};

// The page in text format 0.0.4: families of all sinks, sorted by name, HELP and TYPE before each. Families of one
// name in several sinks become one; empty ones are left out. Appends to `out`.
void join_text(std::span<const MetricSink* const> sinks, std::string& out);

}  // namespace sonde::exposition
