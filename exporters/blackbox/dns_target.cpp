#include "exporters/blackbox/dns_target.h"

#include <utility>

#include "common/core/percent.h"
#include "common/core/text.h"
#include "exporters/blackbox/dns_names.h"

namespace sonde::blackbox {
namespace {

constexpr std::string_view kScheme = "dns://";
constexpr std::string_view kPort = "53";
constexpr std::string_view kTlsPort = "853";

Error refuse(std::string_view why) {
  return Error(ErrorCode::InvalidArgument, "DNS URI: " + std::string(why));
}

std::string to_upper_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

HostPort read_server(std::string_view text, const DnsModule& module) {
  if (auto split = split_host_port(text)) return *std::move(split);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  return {.host = std::string(text), .port = std::string(module.dns_over_tls ? kTlsPort : kPort)};
}

// "type=MX;class=IN"; a later key wins over an earlier one.
Status read_query(std::string_view text, DnsTarget& out) {
  if (text.empty()) return Ok{};
  for (const std::string_view part : split(text, ';')) {
    const Cut pieces = cut(part, '=');
    const std::string value = to_upper_ascii(pieces.after);
    if (equals_ignoring_case(pieces.before, "type")) {
      if (!dns_type_number(value)) return refuse("query type " + quoted(value) + " is not valid");
      out.query_type = value;
    } else if (equals_ignoring_case(pieces.before, "class")) {
      if (!dns_class_number(value)) return refuse("query class " + quoted(value) + " is not valid");
      out.query_class = value;
    } else {
      return refuse("want type= and class= after the name, not " + quoted(part));
    }
  }
  return Ok{};
}

}  // namespace

Result<DnsTarget> read_dns_target(const std::string& target, const DnsModule& module) {
  DnsTarget out{.server = {},
                .query_name = module.query_name,
                .query_type = module.query_type,
                .query_class = module.query_class};
  const std::string_view text = target;
  if (!equals_ignoring_case(text.substr(0, kScheme.size()), kScheme)) {
    if (auto split = split_host_port(target)) {
      out.server = *std::move(split);
    } else {
      out.server = {.host = target, .port = std::string(module.dns_over_tls ? kTlsPort : kPort)};
    }
    return out;
  }
  const Cut question = cut(text.substr(kScheme.size()), '?');
  const Cut parts = cut(question.before, '/');
  const auto name = decode_percent(parts.after);
  if (parts.before.empty() || !name || name->empty())
    return refuse("want a server and a name, as in dns://192.0.2.53/example.org");
  out.server = read_server(parts.before, module);
  out.query_name = *name;
  if (auto read = read_query(question.after, out); !read) return read.error();
  return out;
}

}  // namespace sonde::blackbox
