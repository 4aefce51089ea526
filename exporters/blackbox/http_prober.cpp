// The http prober: one request and its redirects, each hop resolved and timed by itself, judged in the
// reference's order.

#include <time.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/http_client/client.h"
#include "common/io/file_system.h"
#include "exporters/blackbox/body_coding.h"
#include "exporters/blackbox/http_url.h"
#include "exporters/blackbox/prober.h"
#include "exporters/blackbox/resolver.h"
#include "exporters/blackbox/tls_metrics.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kPhases{"probe_http_duration_seconds",
                       "Duration of http request by phase, summed over all redirects",
                       MetricType::Gauge,
                       {"phase"}};
constexpr Desc kContentLength{"probe_http_content_length", "Length of http content response"};
constexpr Desc kBodyLength{"probe_http_uncompressed_body_length", "Length of uncompressed response body"};
constexpr Desc kRedirects{"probe_http_redirects", "The number of redirects"};
constexpr Desc kSsl{"probe_http_ssl", "Indicates if SSL was used for the final redirect"};
constexpr Desc kStatusCode{"probe_http_status_code", "Response HTTP status code"};
constexpr Desc kVersion{"probe_http_version", "Returns the version of HTTP of the probe response"};
constexpr Desc kFailedRegex{"probe_failed_due_to_regex", "Indicates if probe failed due to regex"};
constexpr Desc kLastModified{"probe_http_last_modified_timestamp_seconds",
                             "Returns the Last-Modified HTTP response header in unixtime"};

constexpr int kRedirectsMax = 10;
// A body is held until it is judged; more than this is a failure even without a limit of the module's own.
constexpr uint64_t kBodyBytesMax = uint64_t{64} << 20;
constexpr size_t kRequestBodyBytesMax = 16 << 20;

// Seconds by phase, over all hops.
struct Phases {
  double resolve = 0;
  double connect = 0;
  double tls = 0;
  double processing = 0;
  double transfer = 0;
};

// "Mon, 02 Jan 2006 15:04:05 GMT", RFC 9110.
std::optional<int64_t> parse_http_date(std::string_view text) {
  tm parts{};
  const std::string terminated(text);
  if (::strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  return static_cast<int64_t>(::timegm(&parts));
}

std::string version_text(double version) {
  return version >= 2 ? "HTTP/2.0" : version == 1 ? "HTTP/1.0" : "HTTP/1.1";
}

bool any_matches(const std::vector<Pattern>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [&](const Pattern& pattern) { return pattern.matches(text); });
}

bool all_match(const std::vector<Pattern>& patterns, std::string_view text) {
  return std::ranges::all_of(patterns, [&](const Pattern& pattern) { return pattern.matches(text); });
}

class HttpProbe : public std::enable_shared_from_this<HttpProbe> {
 public:
  explicit HttpProbe(std::shared_ptr<Probe> probe)
      : probe_(std::move(probe)), module_(probe_->module().http) {}

  void start() {
    url_ = probe_->target();
    const std::string lower = to_lower_ascii(url_.substr(0, 8));
    if (!lower.starts_with("http://") && !lower.starts_with("https://")) url_ = "http://" + url_;
    first_host_ = url_host(url_);
    method_ = module_.method.empty() ? "GET" : module_.method;
    body_ = module_.body;
    if (!module_.body_file.empty()) {
      auto text = io::read_file(io::real_file_system(), module_.body_file, kRequestBodyBytesMax);
      if (!text) return fail("request", "Error creating request", text.error());
      body_ = std::move(*text);
    }
    next_hop();
  }

 private:
  void fail(std::string_view phase, std::string_view message, const Error& error) {
    probe_->log_failure(phase, message, error);
    emit(false);
  }

  // A verdict on the answer.
  bool reject(std::string_view reason, std::string_view message,
              std::initializer_list<LogField> fields = {}) {
    probe_->note_failure({.phase = "validate", .reason = reason});
    probe_->log(LogLevel::Error, message, fields);
    return false;
  }

  bool is_https() const { return to_lower_ascii(url_.substr(0, 8)) == "https://"; }

  bool has_proxy() const {
    return !module_.client.proxy_url.empty() || module_.client.proxy_from_environment;
  }

  void next_hop() {
    const std::string host = url_host(url_);
    if (host.empty()) {
      return fail("resolve", "Could not parse target URL",
                  Error(ErrorCode::InvalidArgument, "no host in " + quoted(url_)));
    }
    if (module_.skip_resolve_phase_with_proxy && has_proxy()) return send({});
    if (redirect_count_ == 0) {
      // The first look-up is the probe's own and exported.
      resolved_ = true;
      return resolve_for_probe(
          probe_, host, module_.address,
          [self = shared_from_this()](const IpAddress& address, double seconds) {
            self->phases_.resolve += seconds;
            self->send(address.text);
          },
          [self = shared_from_this()](double seconds) {
            self->phases_.resolve += seconds;
            self->emit(false);
          });
    }
    resolved_ = true;
    const int64_t begin = probe_->tools().clock.monotonic_ns();
    probe_->tools().resolver.resolve(host, module_.address, probe_->deadline_monotonic_ns(),
                                     [self = shared_from_this(), begin](Result<IpAddress> address) {
                                       if (self->probe_->finished()) return;
                                       self->phases_.resolve += self->probe_->seconds_since(begin);
                                       if (!address)
                                         return self->fail("resolve", "Resolution of the redirect failed",
                                                           address.error());
                                       self->send(address->text);
                                     });
  }

  http::FetchRequest make_request(const std::string& ip) {
    http::FetchRequest request;
    request.url = url_;
    request.method = method_;
    request.body = body_;
    request.timeout = probe_->time_left();
    request.body_bytes_max =
        module_.body_size_max_bytes == 0 ? kBodyBytesMax : module_.body_size_max_bytes + 1;
    // A proxy is told the name, as by the reference.
    if (!has_proxy() || is_https()) request.dial_ip = ip;
    request.trace = trace_ = std::make_shared<http::RequestTrace>();
    bool has_agent = false;
    for (const auto& [name, value] : module_.headers) {
      has_agent = has_agent || equals_ignoring_case(name, "User-Agent");
      const bool is_host = equals_ignoring_case(name, "Host");
      // A Host header is for the target, not for where it redirects to.
      if (is_host && (redirect_count_ > 0 || !probe_->host_name().empty())) continue;
      request.headers.push_back({name, value});
    }
    if (!probe_->host_name().empty() && redirect_count_ == 0)
      request.headers.push_back({"Host", probe_->host_name()});
    if (!has_agent) request.headers.push_back({"User-Agent", probe_->tools().user_agent});
    if (!cookies_.empty()) request.headers.push_back({"Cookie", cookies_});
    return request;
  }

  // Redirects are ours, so that each hop is resolved and timed; the name for TLS follows a Host header.
  std::shared_ptr<const http::ClientConfig> make_config(const http::FetchRequest& request) const {
    auto config = std::make_shared<http::ClientConfig>(module_.client);
    config->follow_redirects = false;
    const bool same_host = url_host(url_) == first_host_;
    if (!same_host) {
      config->basic_auth = {};
      config->authorization = {};
      config->tls.server_name.clear();
    } else if (config->tls.server_name.empty()) {
      const auto is_host = [](const http::FetchHeader& header) {
        return equals_ignoring_case(header.name, "Host");
      };
      const auto host = std::ranges::find_if(request.headers, is_host);
      if (host != request.headers.end()) config->tls.server_name = url_host("http://" + host->value);
    }
    return config;
  }

  void send(const std::string& ip) {
    http::FetchRequest request = make_request(ip);
    probe_->log(LogLevel::Debug, "Making HTTP request", {{"url", url_}, {"ip", ip}});
    auto config = make_config(request);
    probe_->tools().http_client.fetch(std::move(request), std::move(config),
                                      [self = shared_from_this()](Result<http::FetchResponse> response) {
                                        self->receive(std::move(response));
                                      });
  }

  void receive(Result<http::FetchResponse> response) {
    phases_.connect += trace_->connect_seconds.value_or(0);
    phases_.tls += trace_->tls_seconds.value_or(0);
    phases_.processing += trace_->processing_seconds.value_or(0);
    phases_.transfer += trace_->transfer_seconds.value_or(0);
    if (!response) return receive_part(response.error());
    probe_->log(LogLevel::Debug, "Received HTTP response",
                {{"status_code", std::to_string(response->status)}});
    if (!response->redirect_url.empty() && module_.follow_redirects) return follow(*response);
    // One that is not followed is counted, too, as in the reference.
    const bool kept = !response->redirect_url.empty();
    if (kept) ++redirect_count_;
    response_ = std::move(*response);
    const bool success = judge();
    if (kept) body_length_ = 0;  // The reference does not read it.
    emit(success);
  }

  // An answer that began and did not end is judged by what came, and is a failure.
  void receive_part(const Error& error) {
    if (trace_->status == 0) {
      const std::string_view phase = trace_->processing_seconds ? "response"
                                     : trace_->tls_seconds      ? "request"
                                     : trace_->tls.begun        ? "tls"
                                     : trace_->connect_seconds  ? "request"
                                                                : "connect";
      return fail(phase, "Error for HTTP request", error);
    }
    response_.status = trace_->status;
    response_.headers = trace_->headers;
    body_length_ = trace_->body_size_bytes;
    if (error.code() == ErrorCode::LimitExceeded) body_length_ = module_.body_size_max_bytes;
    if (judge_status()) judge_headers();
    fail("response", "Failed to read HTTP response body", error);
  }

  void follow(const http::FetchResponse& response) {
    if (++redirect_count_ > kRedirectsMax) {
      response_ = response;  // The last answer is what is reported.
      return fail(
          "response", "Error for HTTP request",
          Error(ErrorCode::LimitExceeded, "stopped after " + std::to_string(kRedirectsMax) + " redirects"));
    }
    keep_cookies(response);
    // RFC 9110, 15.4: all but 307 and 308 turn into a GET, as Go's client does it.
    if (response.status != 307 && response.status != 308 && method_ != "HEAD") {
      method_ = "GET";
      body_.clear();
    }
    url_ = response.redirect_url;
    probe_->log(LogLevel::Debug, "Following redirect", {{"url", url_}});
    next_hop();
  }

  // A session cookie of the target is sent back to it; nothing is kept between probes.
  void keep_cookies(const http::FetchResponse& response) {
    for (const http::FetchHeader& header : response.headers) {
      if (!equals_ignoring_case(header.name, "Set-Cookie")) continue;
      if (!cookies_.empty()) cookies_ += "; ";
      cookies_ += trim(cut(header.value, ';').before);
    }
    if (url_host(response.redirect_url) != url_host(url_)) cookies_.clear();
  }

  bool judge() {
    bool success = judge_status();
    if (success) success = judge_headers();
    std::string body;
    const bool readable = decode_body(body);
    if (success && readable) success = judge_body(body);
    success = success && readable;
    if (readable) body_length_ = body.size();
    return success && judge_version() && judge_ssl();
  }

  bool judge_status() {
    const auto& valid = module_.valid_status_codes;
    const int status = response_.status;
    const bool good =
        valid.empty() ? status >= 200 && status < 300 : std::ranges::find(valid, status) != valid.end();
    return good ||
           reject("status", "Invalid HTTP response status code", {{"status_code", std::to_string(status)}});
  }

  bool judge_headers() {
    const auto matches = [&](const HeaderMatch& match, bool& present) {
      present = false;
      for (const http::FetchHeader& header : response_.headers) {
        if (!equals_ignoring_case(header.name, match.header)) continue;
        present = true;
        if (match.pattern.matches(header.value)) return true;
      }
      return false;
    };
    for (const HeaderMatch& match : module_.fail_if_header_matches) {
      bool present = false;
      const bool found = matches(match, present);
      if (found || (!present && !match.allow_missing)) return regex_failure("Header", match.header);
    }
    for (const HeaderMatch& match : module_.fail_if_header_not_matches) {
      bool present = false;
      const bool found = matches(match, present);
      if (!found && (present || !match.allow_missing)) return regex_failure("Header", match.header);
    }
    return true;
  }

  bool regex_failure(std::string_view what, const std::string& detail) {
    failed_due_to_regex_ = true;
    return reject(what == "Header" ? "header" : "regexp",
                  std::string(what) + " did not match the regular expressions of the module",
                  {{"detail", detail}});
  }

  bool judge_body(const std::string& body) {
    if (any_matches(module_.fail_if_body_matches, body))
      return regex_failure("Body", "fail_if_body_matches_regexp");
    if (!all_match(module_.fail_if_body_not_matches, body)) {
      return regex_failure("Body", "fail_if_body_not_matches_regexp");
    }
    return true;
  }

  bool decode_body(std::string& body) {
    const uint64_t bytes_max = module_.body_size_max_bytes == 0 ? kBodyBytesMax : module_.body_size_max_bytes;
    auto decoded = decompress(module_.compression, std::move(response_.body), bytes_max);
    if (decoded) {
      body = std::move(*decoded);
      return true;
    }
    if (decoded.error().code() == ErrorCode::LimitExceeded) body_length_ = module_.body_size_max_bytes;
    probe_->log_failure("response", "Failed to read HTTP response body", decoded.error());
    return false;
  }

  bool judge_version() {
    const auto& valid = module_.valid_http_versions;
    const std::string version = version_text(trace_->http_version);
    if (valid.empty() || std::ranges::find(valid, version) != valid.end()) return true;
    return reject("version", "Invalid HTTP version number", {{"version", version}});
  }

  bool judge_ssl() {
    if (is_https() && module_.fail_if_ssl) return reject("ssl", "Final request was over SSL");
    if (!is_https() && module_.fail_if_not_ssl) return reject("ssl", "Final request was not over SSL");
    return true;
  }

  void emit(bool success) {
    if (probe_->finished()) return;
    exposition::MetricSink& sink = probe_->sink();
    if (resolved_) sink.sample(kPhases, {"resolve"}, phases_.resolve);
    if (trace_) {  // A request was made.
      sink.sample(kPhases, {"connect"}, phases_.connect);
      sink.sample(kPhases, {"processing"}, phases_.processing);
      sink.sample(kPhases, {"tls"}, phases_.tls);
      sink.sample(kPhases, {"transfer"}, phases_.transfer);
    }
    const bool answered = response_.status != 0;
    const auto length = parse_integer(response_.header("Content-Length"));
    sink.sample(kContentLength, answered ? static_cast<double>(length.value_or(-1)) : 0);
    sink.sample(kBodyLength, static_cast<double>(body_length_));
    sink.sample(kRedirects, redirect_count_);
    sink.sample(kSsl, answered && is_https() ? 1 : 0);
    sink.sample(kStatusCode, response_.status);
    sink.sample(kVersion, answered ? trace_->http_version : 0);
    sink.sample(kFailedRegex, failed_due_to_regex_ ? 1 : 0);
    if (const auto modified = parse_http_date(response_.header("Last-Modified"))) {
      sink.sample(kLastModified, static_cast<double>(*modified));
    }
    if (trace_) emit_tls(trace_->tls, kTlsOfHttp, sink);
    probe_->finish(success);
  }

  std::shared_ptr<Probe> probe_;
  const HttpModule& module_;  // of probe_
  std::string url_;
  std::string first_host_;
  std::string method_;
  std::string body_;
  std::string cookies_;
  int redirect_count_ = 0;
  Phases phases_;
  std::shared_ptr<http::RequestTrace> trace_;
  http::FetchResponse response_;
  uint64_t body_length_ = 0;
  bool resolved_ = false;
  bool failed_due_to_regex_ = false;
};

}  // namespace

void start_http_probe(std::shared_ptr<Probe> probe) {
  std::make_shared<HttpProbe>(std::move(probe))->start();
}

}  // namespace sonde::blackbox
