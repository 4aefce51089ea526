#include "scraper/ctl/watch_target.h"

#include <algorithm>
#include <array>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/http_client/client_config_yaml.h"

namespace sonde::ctl {
namespace {

constexpr size_t kUrlBytesMax = 2048;
constexpr size_t kModuleBytesMax = 128;
constexpr uint64_t kPortMax = 65'535;

Error refuse(std::string_view url, std::string_view why) {
  return Error(ErrorCode::InvalidArgument, quoted(url) + ": " + std::string(why));
}

// "host", "host:9100", "[::1]:9100": true when it has a host, and a port as far as that is wanted.
bool is_authority(std::string_view text, bool may_have_port, bool must_have_port) {
  std::string_view host = text;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') return false;
    has_port = !rest.empty();
    port = has_port ? rest.substr(1) : rest;
  } else if (const size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  if (host.empty() || host.find_first_of("/?#@[]") != std::string_view::npos) return false;
  if (!has_port) return !must_have_port;
  const auto number = parse_unsigned(port);
  return may_have_port && number && *number > 0 && *number <= kPortMax;
}

Status check_http(std::string_view url, std::string_view rest) {
  if (!is_authority(rest.substr(0, rest.find_first_of("/?#")), true, false))
    return refuse(url, "want a host, such as https://example.org/ or https://example.org:8443/");
  return http::check_http_url("http://" + std::string(rest));  // The scheme has been told apart, in any case.
}

Status check_stream(std::string_view url, std::string_view rest) {
  if (is_authority(rest, true, true)) return Ok{};
  return refuse(url, "want a host and a port, such as tcp://example.org:25 or tls://[2001:db8::1]:993");
}

Status check_icmp(std::string_view url, std::string_view rest) {
  if (is_authority(rest, false, false)) return Ok{};
  return refuse(url, "want a host and nothing else, such as icmp://192.0.2.1 or icmp://[2001:db8::1]");
}

// RFC 4501 with an authority: which server is asked, and for what.
Status check_dns(std::string_view url, std::string_view rest) {
  const Cut parts = cut(rest, '/');
  const std::string_view name = cut(parts.after, '?').before;
  if (is_authority(parts.before, true, false) && !name.empty() && name.find('/') == std::string_view::npos)
    return Ok{};
  return refuse(url, "want a server and a name, such as dns://192.0.2.53/example.org?type=MX");
}

struct Scheme {
  std::string_view name;
  std::string_view module;           // of packaging/etc/sonde-blackbox-exporter/blackbox.yml
  std::string_view insecure_module;  // "": there is nothing to verify
  Status (*check)(std::string_view url, std::string_view rest) = nullptr;
};

// Sorted by name.
constexpr std::array kSchemes{
    Scheme{"dns", "dns", "", check_dns},
    Scheme{"http", "http_2xx", "http_insecure", check_http},  // It may redirect to https.
    Scheme{"https", "http_2xx", "http_insecure", check_http},
    Scheme{"icmp", "icmp", "", check_icmp},
    Scheme{"tcp", "tcp_connect", "", check_stream},
    Scheme{"tls", "tls_connect", "tls_insecure", check_stream},
};
static_assert(std::ranges::is_sorted(kSchemes, {}, &Scheme::name));

std::string scheme_list() {
  std::string out;
  for (const Scheme& scheme : kSchemes) out += (out.empty() ? "" : ", ") + std::string(scheme.name) + "://";
  return out;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
}

bool has_user(std::string_view rest) {
  return rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos;
}

}  // namespace

Result<WatchedTarget> parse_watched(std::string_view url, const WatchOptions& options) {
  if (url.size() > kUrlBytesMax) return refuse(url, "longer than 2048 bytes");
  if (!is_printable(url) || !is_valid_utf8(url)) return refuse(url, "has spaces or control characters in it");
  const size_t at = url.find("://");
  if (at == std::string_view::npos) {
    return refuse(url,
                  "has no scheme; want one of " + scheme_list() + ", such as https://" + std::string(url));
  }
  const std::string name = to_lower_ascii(url.substr(0, at));
  const auto scheme = std::ranges::find(kSchemes, std::string_view(name), &Scheme::name);
  if (scheme == kSchemes.end()) return refuse(url, "the scheme is not one of " + scheme_list());
  const std::string_view rest = url.substr(at + 3);
  if (has_user(rest)) {
    return refuse(http::hide_password(url),
                  "a user or password would be on every page; give it to a module, and that to --module");
  }
  if (auto status = scheme->check(url, rest); !status) return status.error();
  if (options.insecure && scheme->insecure_module.empty())
    return refuse(url, "--insecure has no effect on " + name + "://, leave it out");
  if (options.insecure && !options.module.empty())
    return refuse(url, "--insecure and --module exclude each other: the module says what is verified");
  if (options.module.size() > kModuleBytesMax || !is_printable(options.module))
    return refuse(options.module, "not the name of a module");
  WatchedTarget out;
  out.url = name + std::string(url.substr(at));
  out.module = !options.module.empty()
                   ? options.module
                   : std::string(options.insecure ? scheme->insecure_module : scheme->module);
  return out;
}

}  // namespace sonde::ctl
