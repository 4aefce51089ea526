#include "scraper/api/answer.h"

#include <array>
#include <utility>

namespace sonde::api {
namespace {

constexpr size_t kAnnotationsMax = 10;

struct ErrorTypeRow {
  std::string_view name;
  int status;
};

// Indexed by ErrorType.
constexpr std::array kErrorTypes{ErrorTypeRow{"bad_data", 400}, ErrorTypeRow{"execution", 422},
                                 ErrorTypeRow{"canceled", 499}, ErrorTypeRow{"timeout", 503},
                                 ErrorTypeRow{"internal", 500}, ErrorTypeRow{"unavailable", 500},
                                 ErrorTypeRow{"not_found", 404}};
static_assert(kErrorTypes.size() == static_cast<size_t>(ErrorType::NotFound) + 1);

http::Response json_response(int status, std::string body) {
  return {.status = status, .content_type = std::string(kJsonContentType), .body = std::move(body)};
}

void append_annotations(JsonWriter& json, std::string_view name, std::span<const std::string> texts,
                        std::string_view noun) {
  if (texts.empty()) return;
  json.key(name);
  json.begin_array();
  for (const std::string& text : texts.first(std::min(texts.size(), kAnnotationsMax))) json.string(text);
  if (texts.size() > kAnnotationsMax) {
    json.string(std::to_string(texts.size() - kAnnotationsMax) + " more " + std::string(noun) +
                " annotations omitted");
  }
  json.end_array();
}

}  // namespace

http::Response error_response(ErrorType type, std::string_view message) {
  const ErrorTypeRow& row = kErrorTypes[static_cast<size_t>(type)];
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.member("status", "error");
  json.member("errorType", row.name);
  json.member("error", message);
  json.end_object();
  return json_response(row.status, std::move(body));
}

http::Response bad_data(const Error& error) {
  return error_response(ErrorType::BadData, error.message());
}

http::Response invalid_parameter(std::string_view name, std::string_view message) {
  return error_response(ErrorType::BadData,
                        "invalid parameter \"" + std::string(name) + "\": " + std::string(message));
}

http::Response storage_error(const Error& error) {
  switch (error.code()) {
    case ErrorCode::Cancelled:
      return error_response(ErrorType::Cancelled, error.message());
    case ErrorCode::DeadlineExceeded:
      return error_response(ErrorType::Timeout, error.message());
    case ErrorCode::Unavailable:
    case ErrorCode::Unsupported:
      return error_response(ErrorType::Unavailable, error.message());
    default:
      return error_response(ErrorType::Internal, error.message());
  }
}

http::Response data_response(const std::function<void(JsonWriter&)>& write,
                             std::span<const std::string> warnings) {
  std::string body;
  JsonWriter json(body);
  begin_success(json);
  write(json);
  end_success(json, warnings, {});
  return json_response(200, std::move(body));
}

void begin_success(JsonWriter& json) {
  json.begin_object();
  json.member("status", "success");
  json.key("data");
}

void end_success(JsonWriter& json, std::span<const std::string> warnings,
                 std::span<const std::string> infos) {
  append_annotations(json, "warnings", warnings, "warning");
  append_annotations(json, "infos", infos, "info");
  json.end_object();
}

}  // namespace sonde::api
