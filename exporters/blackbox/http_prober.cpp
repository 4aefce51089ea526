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
#include "common/io/gzip.h"
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
    if (!url_.starts_with("http://") && !url_.starts_with("https://")) url_ = "http://" + url_;
    first_host_ = url_host(url_);
    method_ = module_.method.empty() ? "GET" : module_.method;
    body_ = module_.body;
    if (!module_.body_file.empty()) {
      auto text = io::read_file(io::real_file_system(), module_.body_file, kRequestBodyBytesMax);
      if (!text) return fail("Error reading the body file", text.error().message());
      body_ = std::move(*text);
    }
    next_hop();
  }

 private:
  void fail(std::string_view message, const std::string& error) {
    probe_->log(LogLevel::Error, message, {{"err", error}});
    emit(false);
  }

  bool has_proxy() const {
    return !module_.client.proxy_url.empty() || module_.client.proxy_from_environment;
  }

  void next_hop() {
    const std::string host = url_host(url_);
    if (host.empty()) return fail("Could not parse target URL", "no host in " + quoted(url_));
    if (module_.skip_resolve_phase_with_proxy && has_proxy()) return send({});
    if (redirect_count_ == 0) {
      // The first look-up is the probe's own and exported.
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
    const int64_t begin = probe_->tools().clock.monotonic_ns();
    probe_->tools().resolver.resolve(host, module_.address, probe_->deadline_monotonic_ns(),
                                     [self = shared_from_this(), begin](Result<IpAddress> address) {
                                       if (self->probe_->finished()) return;
                                       self->phases_.resolve += self->probe_->seconds_since(begin);
                                       if (!address)
                                         return self->fail("Resolution of the redirect failed",
                                                           address.error().message());
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
    request.dial_ip = ip;
    request.trace = trace_ = std::make_shared<http::RequestTrace>();
    bool has_agent = false;
    bool has_encoding = false;
    for (const auto& [name, value] : module_.headers) {
      has_agent = has_agent || equals_ignoring_case(name, "User-Agent");
      has_encoding = has_encoding || equals_ignoring_case(name, "Accept-Encoding");
      const bool is_host = equals_ignoring_case(name, "Host");
      // A Host header is for the target, not for where it redirects to.
      if (is_host && (redirect_count_ > 0 || !probe_->host_name().empty())) continue;
      request.headers.push_back({name, value});
    }
    if (!probe_->host_name().empty() && redirect_count_ == 0)
      request.headers.push_back({"Host", probe_->host_name()});
    if (!has_agent) request.headers.push_back({"User-Agent", probe_->tools().user_agent});
    if (!has_encoding && !module_.compression.empty())
      request.headers.push_back({"Accept-Encoding", module_.compression});
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
    probe_->log(LogLevel::Info, "Making HTTP request", {{"url", url_}, {"ip", ip}});
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
    if (!response) return fail("Error for HTTP request", response.error().message());
    probe_->log(LogLevel::Info, "Received HTTP response",
                {{"status_code", std::to_string(response->status)}});
    if (!response->redirect_url.empty() && module_.follow_redirects) return follow(*response);
    // One that is not followed is counted, too, as in the reference.
    if (!response->redirect_url.empty()) ++redirect_count_;
    response_ = std::move(*response);
    emit(judge());
  }

  void follow(const http::FetchResponse& response) {
    if (++redirect_count_ > kRedirectsMax) {
      response_ = response;  // The last answer is what is reported.
      return fail("Error for HTTP request", "stopped after " + std::to_string(kRedirectsMax) + " redirects");
    }
    keep_cookies(response);
    // RFC 9110, 15.4: all but 307 and 308 turn into a GET, as Go's client does it.
    if (response.status != 307 && response.status != 308 && method_ != "HEAD") {
      method_ = "GET";
      body_.clear();
    }
    url_ = response.redirect_url;
    probe_->log(LogLevel::Info, "Following redirect", {{"url", url_}});
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
    body_length_ = body.size();
    return success && judge_version() && judge_ssl();
  }

  bool judge_status() {
    const auto& valid = module_.valid_status_codes;
    const int status = response_.status;
    const bool good =
        valid.empty() ? status >= 200 && status < 300 : std::ranges::find(valid, status) != valid.end();
    if (!good) {
      probe_->log(LogLevel::Info, "Invalid HTTP response status code",
                  {{"status_code", std::to_string(status)}});
    }
    return good;
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
    probe_->log(LogLevel::Error, std::string(what) + " did not match the regular expressions of the module",
                {{"detail", detail}});
    return false;
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
    if (module_.compression != "gzip" && module_.compression != "deflate") {
      body = std::move(response_.body);
      return true;
    }
    auto decoded = module_.compression == "gzip" ? io::gunzip(response_.body, bytes_max)
                                                 : io::inflate_raw(response_.body, bytes_max);
    if (!decoded) {
      probe_->log(LogLevel::Error, "Failed to decode the response body",
                  {{"err", decoded.error().message()}});
      return false;
    }
    body = std::move(*decoded);
    return true;
  }

  bool judge_version() {
    const auto& valid = module_.valid_http_versions;
    const std::string version = version_text(trace_->http_version);
    if (valid.empty() || std::ranges::find(valid, version) != valid.end()) return true;
    probe_->log(LogLevel::Error, "Invalid HTTP version number", {{"version", version}});
    return false;
  }

  bool judge_ssl() {
    const bool ssl = url_.starts_with("https://");
    if (ssl && module_.fail_if_ssl) probe_->log(LogLevel::Error, "Final request was over SSL");
    if (!ssl && module_.fail_if_not_ssl) probe_->log(LogLevel::Error, "Final request was not over SSL");
    return ssl ? !module_.fail_if_ssl : !module_.fail_if_not_ssl;
  }

  void emit(bool success) {
    if (probe_->finished()) return;
    exposition::MetricSink& sink = probe_->sink();
    sink.sample(kPhases, {"resolve"}, phases_.resolve);
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
    sink.sample(kSsl, answered && url_.starts_with("https://") ? 1 : 0);
    sink.sample(kStatusCode, response_.status);
    sink.sample(kVersion, answered ? trace_->http_version : 0);
    sink.sample(kFailedRegex, failed_due_to_regex_ ? 1 : 0);
    if (const auto modified = parse_http_date(response_.header("Last-Modified"))) {
      sink.sample(kLastModified, static_cast<double>(*modified));
    }
    if (trace_ && !trace_->presented.empty()) emit_tls(*trace_, sink);
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
  size_t body_length_ = 0;
  bool failed_due_to_regex_ = false;
};

}  // namespace

void start_http_probe(std::shared_ptr<Probe> probe) {
  std::make_shared<HttpProbe>(std::move(probe))->start();
}

}  // namespace sonde::blackbox
