#pragma once
// Where collectors put their samples: one text buffer per family, rendered at once and kept between scrapes,
// so that a scrape allocates nothing after the first. A sink belongs to one thread at a time; the exporter
// frame gives each collector its own and joins them into one page (PageJoiner). Other formats are made from
// that page.

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
  // One sample; as many values as desc.labels has names. An empty value is written as it is; bytes that are
  // not UTF-8 become U+FFFD, because they would cost the whole scrape. `desc` is known by its address and
  // must outlive the sink.
  void sample(const Desc& desc, std::initializer_list<std::string_view> label_values, double value) {
    sample(desc, std::span(label_values.begin(), label_values.size()), value);
  }
  void sample(const Desc& desc, std::span<const std::string_view> label_values, double value);
  void sample(const Desc& desc, double value) { sample(desc, std::span<const std::string_view>{}, value); }

  // A line with labels of its own, for families whose labels differ by sample and for histograms and
  // summaries: `suffix` is "", "_bucket", "_sum" or "_count".
  void line(const Desc& desc, std::string_view suffix, std::span<const LabelView> labels, double value,
            std::optional<int64_t> timestamp_ms = std::nullopt);

  // A family whose name is made at run time. The same name gives the same description, whose strings live in
  // the sink; help and type are those of the first call. At most LabelNames::kLabelsMax label names; families
  // whose labels come from outside are written with line().
  const Desc& family(std::string_view name, std::string_view help, MetricType type,
                     std::span<const std::string_view> label_names = {});

  // Forgets the samples and keeps the buffers.
  void clear();

  // Everything in the registry.
  void instruments(const Registry& registry);

  struct Family {
    const Desc* desc = nullptr;
    std::string header;  // the HELP and TYPE lines, each with its newline
    std::string body;    // sample lines, each with its newline
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
  // What stands around the label values of a family's samples: `name{a="`, `",b="`, `"} `, end to end.
  struct Pieces {
    std::string text;
    std::vector<size_t> ends;
  };
  struct Slot {
    const Desc* desc = nullptr;
    size_t index = 0;
  };
  size_t find(const Desc& desc);
  size_t add(const Desc& desc);
  void grow();
  void histogram(const Desc& desc, const Registry::Instrument& instrument);

  std::vector<Family> families_;
  std::vector<Pieces> pieces_;  // parallel to families_
  std::vector<Slot> slots_;     // open addressing by the description's address; a power of two
  size_t last_ = 0;             // the family of the last sample: the next one is mostly of the same
  std::deque<OwnedDesc> owned_;
  std::unordered_map<std::string_view, size_t> owned_index_;  // Keys point into owned_.
};

// Makes pages of the same sinks again and again: the order of the families is kept from page to page.
// The sinks outlive it.
class PageJoiner {
 public:
  // Appends the page in text format 0.0.4 to `out`: families of all sinks, sorted by name, HELP and TYPE
  // before each. Families of one name in several sinks become one, described as in the first; empty ones are
  // left out.
  void join(std::span<const MetricSink* const> sinks, std::string& out);

 private:
  struct Known {
    const MetricSink* sink;
    size_t family_count;
  };
  struct Place {
    size_t sink;
    size_t family;
  };
  bool is_current(std::span<const MetricSink* const> sinks) const;
  void sort(std::span<const MetricSink* const> sinks);

  std::vector<Known> known_;
  std::vector<Place> order_;
};

// The same for a page that is made once.
void join_text(std::span<const MetricSink* const> sinks, std::string& out);

}  // namespace sonde::exposition
