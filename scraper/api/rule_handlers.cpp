// /api/v1/rules, alerts, alertmanagers: the answers of a server that has none.

#include "common/core/text.h"
#include "scraper/api/answer.h"
#include "scraper/api/handlers.h"

namespace sonde::api {
namespace {

void append_empty_list(JsonWriter& json, std::string_view name) {
  json.key(name);
  json.begin_array();
  json.end_array();
}

}  // namespace

http::Response rules(const Call& call) {
  const std::string type = to_lower_ascii(call.request.parameter("type").value_or(""));
  if (!type.empty() && type != "alert" && type != "record") {
    return invalid_parameter("type", "not supported value " + quoted(type));
  }
  return data_response([](JsonWriter& json) {
    json.begin_object();
    append_empty_list(json, "groups");
    json.end_object();
  });
}

http::Response alerts(const Call&) {
  return data_response([](JsonWriter& json) {
    json.begin_object();
    append_empty_list(json, "alerts");
    json.end_object();
  });
}

http::Response alertmanagers(const Call&) {
  return data_response([](JsonWriter& json) {
    json.begin_object();
    append_empty_list(json, "activeAlertmanagers");
    append_empty_list(json, "droppedAlertmanagers");
    json.end_object();
  });
}

}  // namespace sonde::api
