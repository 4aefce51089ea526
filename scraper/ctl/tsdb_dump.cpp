#include "scraper/ctl/tsdb_dump.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <utility>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/text_escape.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/data_folder.h"
#include "scraper/ctl/verb.h"
#include "scraper/promql/parser.h"
#include "scraper/tsdb/database.h"

namespace sonde::ctl {
namespace {

constexpr size_t kWriteBytes = 1 << 20;

struct SeriesRef {
  Labels labels;
  size_t selection;
  size_t group;
  size_t series;
};

// `up{job="node"}`; a name that needs quotes stands inside.
std::string openmetrics_series(const Labels& labels) {
  const std::string_view name = labels.metric_name();
  const bool name_outside = is_legacy_metric_name(name);
  std::string inside;
  if (!name_outside && !name.empty()) exposition::append_metric_name(inside, name);
  for (const Label& label : labels) {
    if (label.name == kMetricName) continue;
    if (!inside.empty()) inside += ',';
    exposition::append_label_name(inside, label.name);
    inside += "=\"";
    exposition::append_label_value(inside, label.value);
    inside += '"';
  }
  const std::string outside(name_outside ? name : std::string_view());
  return inside.empty() ? outside : outside + "{" + inside + "}";
}

// `{__name__="up", job="node"}`, as promtool's.
std::string plain_series(const Labels& labels) {
  std::string out;
  for (const Label& label : labels) {
    out += (out.empty() ? "{" : ", ") + label.name + "=" + quoted(label.value, std::string::npos);
  }
  return out + "}";
}

void append_sample(std::string& out, const std::string& series, double value, int64_t time_ms,
                   DumpFormat format) {
  out += series;
  out += ' ';
  append_number_exposition(out, value);
  out += ' ';
  if (format == DumpFormat::Plain) {
    append_integer(out, time_ms);
  } else {
    std::array<char, 32> text;
    const int size = std::snprintf(text.data(), text.size(), "%s%lld.%03lld", time_ms < 0 ? "-" : "",
                                   static_cast<long long>(std::abs(time_ms) / 1000),
                                   static_cast<long long>(std::abs(time_ms) % 1000));
    out.append(text.data(), static_cast<size_t>(size));
  }
  out += '\n';
}

// One series' lines; where absence ends it there is a stale marker.
void append_series(std::string& out, const std::string& series, std::span<const int64_t> times_ms,
                   const storage::Column& column, bool absence_is_stale, DumpFormat format) {
  bool was_present = false;
  for (size_t i = 0; i < times_ms.size(); ++i) {
    const bool is_present = column.has(i);
    const bool ends = was_present && !is_present && absence_is_stale;
    was_present = is_present;
    if (!is_present && !ends) continue;
    const double value = is_present ? column.values[i] : std::bit_cast<double>(storage::kStaleNanBits);
    if (format == DumpFormat::OpenMetrics && std::bit_cast<uint64_t>(value) == storage::kStaleNanBits)
      continue;
    append_sample(out, series, value, times_ms[i], format);
  }
}

}  // namespace

Status dump(const storage::SeriesSource& source, std::span<const std::vector<Matcher>> any_of,
            storage::TimeRange range, DumpFormat format, const std::function<void(std::string_view)>& write) {
  std::vector<std::unique_ptr<storage::Selection>> selections;
  std::vector<SeriesRef> order;
  for (const std::vector<Matcher>& matchers : any_of) {
    auto selected = source.select(matchers, {.range = range, .step_ms = 0, .window_ms = 0, .function = {}});
    if (!selected) return selected.error();
    const storage::Selection& selection = **selected;
    for (size_t g = 0; g < selection.groups().size(); ++g) {
      const storage::SelectedGroup& group = selection.groups()[g];
      for (size_t series = group.series_begin; series < group.series_end; ++series)
        order.push_back({selection.labels(series), selections.size(), g, series});
    }
    selections.push_back(*std::move(selected));
  }
  std::ranges::stable_sort(order, {}, &SeriesRef::labels);
  order.erase(std::unique(order.begin(), order.end(),
                          [](const SeriesRef& a, const SeriesRef& b) { return a.labels == b.labels; }),
              order.end());
  std::string out;
  std::vector<int64_t> times_ms;
  storage::Column column;
  for (const SeriesRef& ref : order) {
    const storage::Selection& selection = *selections[ref.selection];
    if (auto read = selection.read_times(ref.group, times_ms); !read) return read;
    if (auto read = selection.read_column(ref.series, column); !read) return read;
    append_series(out,
                  format == DumpFormat::Plain ? plain_series(ref.labels) : openmetrics_series(ref.labels),
                  times_ms, column, selection.groups()[ref.group].absence_is_stale, format);
    if (out.size() < kWriteBytes) continue;
    write(out);
    out.clear();
  }
  if (format == DumpFormat::OpenMetrics) out += "# EOF\n";
  write(out);
  return Ok{};
}

namespace {

struct DumpArguments {
  std::string folder{kDefaultDataFolder};
  std::string min_time = std::to_string(INT64_MIN);
  std::string max_time = std::to_string(INT64_MAX);
  std::vector<std::string> match;
};

Status dump_folder(const DumpArguments& given, DumpFormat format) {
  const auto start_ms = parse_integer(given.min_time);
  if (!start_ms)
    return Error(ErrorCode::InvalidArgument, "--min-time: want milliseconds, got " + given.min_time);
  const auto end_ms = parse_integer(given.max_time);
  if (!end_ms)
    return Error(ErrorCode::InvalidArgument, "--max-time: want milliseconds, got " + given.max_time);
  std::vector<std::vector<Matcher>> any_of;
  for (const std::string& text : given.match) {
    auto matchers = promql::parse_metric_selector(text);
    if (!matchers) return matchers.error().in("--match");
    any_of.push_back(*std::move(matchers));
  }
  if (any_of.empty()) any_of.emplace_back();
  if (!io::real_file_system().exists(given.folder + "/blocks")) {
    return Error(ErrorCode::NotFound, given.folder + " is no data folder: want that of --storage.tsdb.path");
  }
  const SystemClock clock;
  Logger logger(clock, 2);
  logger.set(LogLevel::Warn, LogFormat::Logfmt);
  auto database = tsdb::Database::open(
      {.path = given.folder, .retention = {.time_ms = 0}, .run_compaction = false}, clock, logger);
  if (!database) {
    const Error& error = database.error();
    if (error.code() != ErrorCode::AlreadyExists) return error;
    return Error(error.code(),
                 error.message() + ": stop it, or dump a snapshot of it (POST /api/v1/admin/tsdb/snapshot)");
  }
  (*database)->start_replay();
  (*database)->wait_until_ready();
  return dump(**database, any_of, {*start_ms, *end_ms}, format, [](std::string_view text) { print(text); });
}

int run_dump(std::string_view words, std::string_view help, std::span<const std::string> given,
             DumpFormat format) {
  DumpArguments values;
  Arguments arguments(words, help);
  arguments.text("min-time", 0, values.min_time, "Oldest time to dump, in milliseconds.");
  arguments.text("max-time", 0, values.max_time, "Newest time to dump, in milliseconds.");
  arguments.list("match", values.match, "Series selector; repeatable, any of them.");
  arguments.optional("db path", values.folder, "Data folder (default is data/).");
  if (const auto code = end_early(arguments, given)) return *code;
  const Status done = dump_folder(values, format);
  return done ? kSuccess : fail(done.error());
}

}  // namespace

int tsdb_dump(std::span<const std::string> given) {
  return run_dump("tsdb dump", "Print the samples of a data folder.", given, DumpFormat::Plain);
}

int tsdb_dump_openmetrics(std::span<const std::string> given) {
  return run_dump("tsdb dump-openmetrics", "Print the samples of a data folder as OpenMetrics text.", given,
                  DumpFormat::OpenMetrics);
}

}  // namespace sonde::ctl
