#pragma once
// Where collectors put their samples: one text buffer per family, rendered at once and kept between scrapes,
// so that a scrape allocates nothing after the first. The text of the last scrape is edited rather than
// written again: the same series come in the same order, and a value that is still the same costs a
// comparison. A sink belongs to one thread at a time; the exporter frame gives each collector its own and
// joins them into one page (PageJoiner). Other formats are made from that page.

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

  // Forgets the samples and keeps their text, in case that the next ones are much the same.
  void clear();

  // Everything in the registry.
  void instruments(const Registry& registry);

  struct Family {
    const Desc* desc = nullptr;
    std::string header;  // the HELP and TYPE lines, each with its newline
    // [0, body_bytes) holds the sample lines of this scrape, each with its newline; [old_at, end) those of
    // the last one that are still to come.
    std::string text;
    size_t body_bytes = 0;
    size_t old_at = 0;
    size_t sample_count = 0;

    std::string_view body() const { return {text.data(), body_bytes}; }
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
  // A line of a family's text as sample() has written it, with its label values as they were given.
  struct Line {
    uint32_t size_bytes = 0;
    uint32_t value_at = 0;  // where in the line the number begins; 0: not to be compared with
    uint64_t value_bits = 0;
  };
  struct Lines {
    std::vector<Line> lines;            // by their place in the body
    std::vector<uint32_t> label_sizes;  // of each line as many as the family has labels
  };
  struct Slot {
    const Desc* desc = nullptr;
    size_t index = 0;
  };
  size_t find(const Desc& desc);
  size_t add(const Desc& desc);
  void grow();
  bool is_next_line(size_t index, std::span<const std::string_view> label_values) const;
  void keep_line(size_t index, double value);
  void write_line(size_t index, std::span<const std::string_view> label_values, double value);
  void forget_rest(size_t index);
  void histogram(const Desc& desc, const Registry::Instrument& instrument);

  std::vector<Family> families_;
  std::vector<Pieces> pieces_;  // parallel to families_
  std::vector<Lines> lines_;    // parallel to families_
  std::vector<Slot> slots_;     // open addressing by the description's address; a power of two
  size_t last_ = 0;             // the family of the last sample: the next one is mostly of the same
  std::string number_;          // of the sample at hand
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
