// /api/v1/admin/tsdb/*: deletes and snapshots, behind --web.enable-admin-api.

#include <optional>

#include "scraper/api/answer.h"
#include "scraper/api/handlers.h"
#include "scraper/api/selectors.h"

namespace sonde::api {
namespace {

std::optional<http::Response> refuse_when_disabled(const Call& call) {
  if (call.options.enable_admin) return std::nullopt;
  return error_response(ErrorType::Unavailable, "admin APIs disabled");
}

http::Response no_content(const Status& status) {
  if (!status) return storage_error(status.error());
  return {.status = 204, .body = {}};
}

}  // namespace

http::Response delete_series(const Call& call) {
  if (auto refusal = refuse_when_disabled(call)) return *std::move(refusal);
  const auto any_of = match_parameters(call.request);
  if (!any_of) return bad_data(any_of.error());
  if (any_of->empty()) return bad_data(Error(ErrorCode::InvalidArgument, "no match[] parameter provided"));
  const auto range = range_parameters(call.request);
  if (!range) return bad_data(range.error());
  return no_content(call.storage.admin->delete_series(*any_of, *range));
}

http::Response clean_tombstones(const Call& call) {
  if (auto refusal = refuse_when_disabled(call)) return *std::move(refusal);
  return no_content(call.storage.admin->clean_tombstones());
}

http::Response snapshot(const Call& call) {
  if (auto refusal = refuse_when_disabled(call)) return *std::move(refusal);
  bool skip_head = false;
  if (const auto text = call.request.parameter("skip_head"); text && !text->empty()) {
    if (*text != "true" && *text != "false") {
      return invalid_parameter("skip_head", "unable to parse boolean \"" + std::string(*text) + "\"");
    }
    skip_head = *text == "true";
  }
  const auto name = call.storage.admin->snapshot(skip_head);
  if (!name) return storage_error(name.error());
  return data_response([&](JsonWriter& json) {
    json.begin_object();
    json.member("name", *name);
    json.end_object();
  });
}

}  // namespace sonde::api
