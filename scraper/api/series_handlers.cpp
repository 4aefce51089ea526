// /api/v1/labels, label/NAME/values, series.

#include <string>
#include <utility>
#include <vector>

#include "common/core/text.h"
#include "common/exposition/negotiation.h"
#include "scraper/api/answer.h"
#include "scraper/api/handlers.h"
#include "scraper/api/parameters.h"
#include "scraper/api/selectors.h"

namespace sonde::api {
namespace {

constexpr std::string_view kTruncatedWarning = "results truncated due to limit";

struct NameQuery {
  MatcherSets any_of;
  storage::TimeRange range;
  size_t limit = 0;

  // One more than asked for tells whether the answer was cut.
  size_t fetch_limit() const { return limit == 0 ? 0 : limit + 1; }
};

Result<NameQuery> read_query(const http::Request& request) {
  auto any_of = match_parameters(request);
  if (!any_of) return any_of.error();
  const auto range = range_parameters(request);
  if (!range) return range.error();
  const auto limit = limit_parameter(request);
  if (!limit) return limit.error();
  return NameQuery{*std::move(any_of), *range, *limit};
}

template <class T>
std::vector<std::string> truncate(std::vector<T>& items, size_t limit) {
  if (limit == 0 || items.size() <= limit) return {};
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(limit), items.end());
  return {std::string(kTruncatedWarning)};
}

http::Response string_list(Result<std::vector<std::string>> items, size_t limit) {
  if (!items) return storage_error(items.error());
  const auto warnings = truncate(*items, limit);
  return data_response(
      [&](JsonWriter& json) {
        json.begin_array();
        for (const std::string& item : *items) json.string(item);
        json.end_array();
      },
      warnings);
}

}  // namespace

http::Response label_names(const Call& call) {
  const auto query = read_query(call.request);
  if (!query) return bad_data(query.error());
  return string_list(call.storage.source->label_names(query->any_of, query->range, query->fetch_limit()),
                     query->limit);
}

http::Response label_values(const Call& call) {
  // The route is ".../label/" and takes everything below it.
  constexpr std::string_view kBefore = "/api/v1/label/";
  constexpr std::string_view kAfter = "/values";
  std::string_view path =
      std::string_view(call.request.path).substr(call.options.prefix.size() + kBefore.size());
  if (!path.ends_with(kAfter)) return http::text_response(404, "404 page not found\n");
  path.remove_suffix(kAfter.size());
  const std::string name = exposition::unescape_name(path);
  if (name.empty() || !is_valid_utf8(name)) {
    return bad_data(Error(ErrorCode::InvalidArgument, "invalid label name: " + quoted(name)));
  }
  const auto query = read_query(call.request);
  if (!query) return bad_data(query.error());
  return string_list(
      call.storage.source->label_values(name, query->any_of, query->range, query->fetch_limit()),
      query->limit);
}

http::Response series(const Call& call) {
  const auto query = read_query(call.request);
  if (!query) return bad_data(query.error());
  if (query->any_of.empty()) {
    return bad_data(Error(ErrorCode::InvalidArgument, "no match[] parameter provided"));
  }
  auto found = call.storage.source->series(query->any_of, query->range, query->fetch_limit());
  if (!found) return storage_error(found.error());
  const auto warnings = truncate(*found, query->limit);
  return data_response(
      [&](JsonWriter& json) {
        json.begin_array();
        for (const Labels& labels : *found) json.labels(labels);
        json.end_array();
      },
      warnings);
}

}  // namespace sonde::api
