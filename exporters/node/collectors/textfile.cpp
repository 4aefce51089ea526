#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/text_family.h"

namespace sonde::node {
namespace {

constexpr Desc kMtime{"node_textfile_mtime_seconds",
                      "Unixtime mtime of textfiles successfully read.",
                      MetricType::Gauge,
                      {"file"}};
constexpr Desc kScrapeError{"node_textfile_scrape_error",
                            "1 if there was an error opening or reading a file, 0 otherwise"};
constexpr std::string_view kSuffix = ".prom";

// A family as it comes from all files together.
struct MergedFamily {
  MetricType type = MetricType::Untyped;
  std::optional<std::string> help;
  bool help_conflict = false;
  std::vector<std::string> files;
  std::vector<TextSeries> series;
};

// The folders that a flag's value names: what its pattern matches, or itself.
std::vector<std::string> expand(const std::string& pattern) {
  glob_t matches{};
  std::vector<std::string> out;
  if (::glob(pattern.c_str(), 0, nullptr, &matches) == 0) {
    out.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  }
  ::globfree(&matches);
  if (out.empty()) out.push_back(pattern);
  return out;
}

class TextfileCollector final : public Collector {
 public:
  explicit TextfileCollector(const CollectorContext& context)
      : logger_(context.logger), patterns_(context.options.textfile_directories) {}

  // A file that is wrong costs itself: it is named in the log, counted in the error family, and the rest is
  // served.
  Status collect(MetricSink& sink) override {
    failed_ = false;
    families_.clear();
    for (const std::string& pattern : patterns_) {
      if (pattern.empty()) continue;
      for (const std::string& folder : expand(pattern)) read_folder(folder, sink);
    }
    for (auto& [name, family] : families_) expose(name, family, sink);
    sink.sample(kScrapeError, failed_ ? 1 : 0);
    return Ok{};
  }

 private:
  void read_folder(const std::string& path, MetricSink& sink) {
    KeptFolder folder(path);
    const auto names = folder.list();
    if (!names) return fail("cannot read a text file folder", path, names.error());
    for (const std::string& name : *names) {
      if (!name.ends_with(kSuffix)) continue;
      const std::string file = path.ends_with('/') ? path + name : path + "/" + name;
      const auto content = KeptFile(file).read(buffer_);
      if (!content) {
        fail("cannot read a text file", file, content.error());
        continue;
      }
      auto families = parse_text_families(*content);
      if (!families) {
        fail("cannot use a text file", file, families.error());
        continue;
      }
      for (TextFamily& family : *families) merge(std::move(family), file);
      struct stat facts {};
      if (::stat(file.c_str(), &facts) == 0)
        sink.sample(kMtime, {file}, static_cast<double>(facts.st_mtim.tv_sec));
    }
  }

  void merge(TextFamily family, const std::string& file) {
    const auto [found, is_new] = families_.try_emplace(family.name);
    MergedFamily& merged = found->second;
    if (is_new) {
      merged.type = family.type;
    } else if (merged.help_conflict || (family.help && merged.help && *family.help != *merged.help)) {
      merged.help_conflict = true;
      return fail("the help texts of a metric differ", file, Error(ErrorCode::Corrupt, family.name));
    } else if (merged.type != family.type) {
      logger_.error("the types of a metric differ", {{"file", file}, {"metric", family.name}});
      return;
    }
    if (family.help) merged.help = std::move(family.help);
    merged.files.push_back(file);
    std::ranges::move(family.series, std::back_inserter(merged.series));
  }

  void expose(const std::string& name, MergedFamily& family, MetricSink& sink) {
    const Desc& desc = describe(name, family);
    // Series that lack a label of their siblings get it empty.
    std::set<std::string_view> names;
    for (const TextSeries& series : family.series) {
      for (const Label& label : series.labels) names.insert(label.name);
    }
    std::set<Labels> seen;
    for (TextSeries& series : family.series) {
      // Differs: the original serves the page without it too, and counts a gathering error.
      if (!seen.insert(series.labels).second) {
        logger_.error("a series occurs twice", {{"series", name + series.labels.to_string()}});
        continue;
      }
      std::vector<LabelView> labels;
      for (const std::string_view label : names) labels.push_back({label, series.labels.get(label)});
      if (family.type == MetricType::Histogram || family.type == MetricType::Summary) {
        expose_points(desc, series, labels, sink);
      } else {
        sink.line(desc, "", labels, series.value);
      }
    }
  }

  static void expose_points(const Desc& desc, TextSeries& series, std::vector<LabelView>& labels,
                            MetricSink& sink) {
    const bool histogram = desc.type == MetricType::Histogram;
    std::ranges::sort(series.points);
    if (histogram && (series.points.empty() || !std::isinf(series.points.back().first))) {
      series.points.emplace_back(std::numeric_limits<double>::infinity(), series.count);
    }
    std::string bound;
    for (const auto& [at, value] : series.points) {
      bound.clear();
      append_number_exposition(bound, at);
      labels.push_back({histogram ? "le" : "quantile", bound});
      sink.line(desc, histogram ? "_bucket" : "", labels, value);
      labels.pop_back();
    }
    sink.line(desc, "_sum", labels, series.sum);
    sink.line(desc, "_count", labels, series.count);
  }

  // The same description as last time where nothing about it has changed: a sink knows it by its address.
  const Desc& describe(const std::string& name, const MergedFamily& family) {
    std::string help = family.help.value_or("");
    if (!family.help) {
      help = "Metric read from ";
      for (const std::string& file : family.files)
        help += (&file == &family.files.front() ? "" : ", ") + file;
    }
    const Desc*& known = descs_[name];
    if (!known || known->help != help || known->type != family.type) {
      known = &store_.make(name, std::move(help), family.type);
    }
    return *known;
  }

  void fail(std::string_view what, const std::string& path, const Error& error) {
    failed_ = true;
    logger_.error(what, {{"path", path}, {"err", error.message()}});
  }

  Logger& logger_;
  const std::vector<std::string>& patterns_;
  ReadBuffer buffer_;  // Its own: it runs on the worker pool.
  bool failed_ = false;
  std::map<std::string, MergedFamily> families_;
  std::map<std::string, const Desc*> descs_;
  DescStore store_;
};

}  // namespace

MadeCollector make_textfile(const CollectorContext& context) {
  return make_collector<TextfileCollector>(context);
}

}  // namespace sonde::node
