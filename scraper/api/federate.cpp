// /federate: the newest sample of each selected series, as text for another server to scrape.

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/number_text.h"
#include "common/exporter/frame.h"
#include "common/exposition/text_escape.h"
#include "scraper/api/handlers.h"
#include "scraper/api/selectors.h"
#include "scraper/storage/row.h"

namespace sonde::api {
namespace {

struct FederatedSample {
  Labels labels;
  int64_t time_ms = 0;
  double value = 0;
};

bool is_stale(double value) {
  return std::bit_cast<uint64_t>(value) == storage::kStaleNanBits;
}

// The newest sample at or before the end of `times_ms`; nullopt when the series has ended before that.
std::optional<size_t> newest(const storage::SelectedGroup& group, const std::vector<int64_t>& times_ms,
                             const storage::Column& column) {
  for (size_t i = times_ms.size(); i-- > 0;) {
    if (column.has(i)) {
      if (is_stale(column.values[i])) return std::nullopt;
      return i;
    }
    if (group.absence_is_stale) return std::nullopt;
  }
  return std::nullopt;
}

Status append_samples(const storage::SeriesSource& source, std::span<const Matcher> matchers,
                      storage::TimeRange range, std::vector<FederatedSample>& out) {
  const auto selection = source.select(matchers, {.range = range, .function = {}});
  if (!selection) return selection.error();
  std::vector<int64_t> times_ms;
  storage::Column column;
  const auto groups = (*selection)->groups();
  for (size_t g = 0; g < groups.size(); ++g) {
    if (auto status = (*selection)->read_times(g, times_ms); !status) return status;
    for (size_t s = groups[g].series_begin; s < groups[g].series_end; ++s) {
      if (auto status = (*selection)->read_column(s, column); !status) return status;
      if (const auto at = newest(groups[g], times_ms, column)) {
        out.push_back({(*selection)->labels(s), times_ms[*at], column.values[*at]});
      }
    }
  }
  return Ok{};
}

void append_sample(std::string& page, const FederatedSample& sample, const Labels& external) {
  Labels labels = sample.labels;
  for (const Label& label : external) {
    if (!labels.has(label.name)) labels.set(label.name, label.value);
  }
  exposition::append_metric_name(page, sample.labels.metric_name());
  page += '{';
  bool first = true;
  const auto append_label = [&](std::string_view name, std::string_view value) {
    if (!std::exchange(first, false)) page += ',';
    exposition::append_label_name(page, name);
    page += "=\"";
    exposition::append_label_value(page, value);
    page += '"';
  };
  // Without the empty label, the scraping side would put its own instance there.
  if (!labels.has("instance")) append_label("instance", "");
  for (const Label& label : labels) {
    if (label.name != kMetricName) append_label(label.name, label.value);
  }
  page += "} ";
  append_number_exposition(page, sample.value);
  page += ' ';
  append_integer(page, sample.time_ms);
  page += '\n';
}

}  // namespace

http::Response federate(const Call& call) {
  const auto any_of = match_parameters(call.request);
  if (!any_of) return http::text_response(400, any_of.error().message() + "\n");
  const int64_t now_ms = call.clock.wall_ms();
  const storage::TimeRange range{now_ms - call.storage.engine->options().lookback_ms + 1, now_ms};
  std::vector<FederatedSample> samples;
  for (const auto& matchers : *any_of) {
    if (auto status = append_samples(*call.storage.source, matchers, range, samples); !status) {
      return http::text_response(500, status.error().message() + "\n");
    }
  }
  std::ranges::sort(samples, [](const FederatedSample& a, const FederatedSample& b) {
    const auto names = std::pair(a.labels.metric_name(), b.labels.metric_name());
    return names.first != names.second ? names.first < names.second : a.labels < b.labels;
  });
  const auto same = [](const FederatedSample& a, const FederatedSample& b) { return a.labels == b.labels; };
  samples.erase(std::unique(samples.begin(), samples.end(), same), samples.end());

  std::string page;
  std::string_view family;
  const Labels external = call.server.external_labels();
  for (const FederatedSample& sample : samples) {
    const std::string_view name = sample.labels.metric_name();
    if (name.empty()) continue;
    if (name != family) {
      page += "# TYPE ";
      exposition::append_metric_name(page, name);
      page += " untyped\n";
      family = name;
    }
    append_sample(page, sample, external);
  }
  return exporter::expose(call.request, std::move(page));
}

}  // namespace sonde::api
