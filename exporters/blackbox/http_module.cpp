// The http section of a module: its keys and the rules between them.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/size.h"
#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"
#include "exporters/blackbox/module.h"

namespace sonde::blackbox {
namespace {

constexpr std::array<std::string_view, 4> kCompressions{"br", "deflate", "gzip", "identity"};
static_assert(std::ranges::is_sorted(kCompressions));

// The weight that an Accept-Encoding header gives an encoding; nullopt when it does not name it.
std::optional<double> encoding_weight(std::string_view header, std::string_view encoding) {
  for (const std::string_view part : split(header, ',')) {
    const Cut pieces = cut(part, ';');
    if (!equals_ignoring_case(trim(pieces.before), encoding)) continue;
    const Cut quality = cut(trim(pieces.after), '=');
    if (trim(quality.before) != "q") return 1;
    return parse_number(trim(quality.after)).value_or(0);
  }
  return std::nullopt;
}

bool accepts_encoding(std::string_view header, std::string_view encoding) {
  if (const auto weight = encoding_weight(header, encoding)) return *weight > 0;
  if (const auto weight = encoding_weight(header, "*")) return *weight > 0;
  return encoding == "identity";
}

void decode_header_matches(const yaml::Value& in, std::vector<HeaderMatch>& out) {
  if (in.node().kind != yaml::NodeKind::List) return in.fail_type("a list");
  for (size_t i = 0; i < in.node().items.size() && !in.failed(); ++i) {
    const yaml::Value item(in.node().items[i], in, i);
    HeaderMatch& match = out.emplace_back();
    yaml::Fields fields(item, "config.HeaderMatch");
    fields.read("header", match.header);
    fields.read("regexp", match.pattern);
    fields.read("allow_missing", match.allow_missing);
    if (match.header.empty()) fields.fail("header name must be set for HTTP header matchers");
    if (match.pattern.empty()) fields.fail("regexp must be set for HTTP header matchers");
    fields.finish();
  }
}

// What no library of this system carries is refused by its name and not ignored.
void refuse_unsupported(yaml::Fields& fields) {
  for (const std::string_view key : {"fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel"}) {
    fields.visit(key, [&](const yaml::Value& value) {
      value.fail(std::string(key) + " is not supported: this build has no CEL");
    });
  }
  bool http3 = false;
  fields.read("enable_http3", http3);
  if (http3) fields.fail("enable_http3", "enable_http3 is not supported: this build has no HTTP/3");
}

void check_compression(yaml::Fields& fields, const HttpModule& module) {
  if (module.compression.empty()) return;
  if (!std::ranges::binary_search(kCompressions, std::string_view(to_lower_ascii(module.compression)))) {
    fields.fail("compression", "compression wants gzip, br, deflate or identity");
  }
  for (const auto& [name, value] : module.headers) {
    if (equals_ignoring_case(name, "Accept-Encoding") && !accepts_encoding(value, module.compression)) {
      fields.fail("headers", "invalid configuration " + quoted(name + ": " + value) + ", " +
                                 quoted("compression: " + module.compression));
    }
  }
}

}  // namespace

void decode(const yaml::Value& in, HttpModule& out) {
  yaml::Fields fields(in, "config.HTTPProbe");
  refuse_unsupported(fields);
  fields.read("valid_status_codes", out.valid_status_codes);
  fields.read("valid_http_versions", out.valid_http_versions);
  if (std::ranges::find(out.valid_http_versions, "HTTP/3.0") != out.valid_http_versions.end()) {
    fields.fail("valid_http_versions",
                "HTTP/3 cannot be used as a valid HTTP version when enable_http3 is false");
  }
  read_address_choice(fields, out.address);
  fields.read("skip_resolve_phase_with_proxy", out.skip_resolve_phase_with_proxy);
  fields.read("fail_if_ssl", out.fail_if_ssl);
  fields.read("fail_if_not_ssl", out.fail_if_not_ssl);
  fields.read("method", out.method);
  fields.read("headers", out.headers);
  fields.read("fail_if_body_matches_regexp", out.fail_if_body_matches);
  fields.read("fail_if_body_not_matches_regexp", out.fail_if_body_not_matches);
  fields.visit("fail_if_header_matches",
               [&](const yaml::Value& value) { decode_header_matches(value, out.fail_if_header_matches); });
  fields.visit("fail_if_header_not_matches", [&](const yaml::Value& value) {
    decode_header_matches(value, out.fail_if_header_not_matches);
  });
  fields.read("body", out.body);
  fields.read("body_file", out.body_file);
  if (!out.body.empty() && !out.body_file.empty()) {
    fields.fail("setting body and body_file both are not allowed");
  }
  fields.read("compression", out.compression);
  check_compression(fields, out);
  fields.visit("body_size_limit", [&](const yaml::Value& value) {
    std::string text;
    yaml::decode(value, text);
    const auto size = parse_size_bytes(text);
    if (!size) return value.fail(size.error().message());
    out.body_size_max_bytes = *size;
  });
  read_client_config(fields, out.client);
  bool no_follow_redirects = false;  // The old spelling
  if (fields.read("no_follow_redirects", no_follow_redirects))
    out.client.follow_redirects = !no_follow_redirects;
  out.follow_redirects = out.client.follow_redirects;
  fields.finish();
}

}  // namespace sonde::blackbox
