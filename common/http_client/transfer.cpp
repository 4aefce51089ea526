#include "common/http_client/transfer.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "common/core/check.h"
#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/http_client/ca_bundle.h"
#include "common/http_client/request_headers.h"
#include "common/io/gzip.h"

namespace sonde::http {
namespace {

// One read(2) of this size takes most scrape bodies; libcurl holds it only while a transfer runs.
constexpr long kReceiveBufferBytes = 64 * 1024;
constexpr long kProbeReceiveBufferBytes = 16 * 1024;
// Connections idle for longer are not used again, as in the originals.
constexpr long kIdleConnectionSeconds = 300;
// A gzip body is held until it is whole; metrics shrink to a tenth, so this is far above any page of them.
constexpr size_t kCompressedBytesMax = 64 << 20;

struct TlsVersion {
  std::string_view name;
  long minimum;
  long maximum;
};
constexpr std::array kTlsVersions{
    TlsVersion{"TLS10", CURL_SSLVERSION_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_0},
    TlsVersion{"TLS11", CURL_SSLVERSION_TLSv1_1, CURL_SSLVERSION_MAX_TLSv1_1},
    TlsVersion{"TLS12", CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_MAX_TLSv1_2},
    TlsVersion{"TLS13", CURL_SSLVERSION_TLSv1_3, CURL_SSLVERSION_MAX_TLSv1_3},
};

// The bits for CURLOPT_SSLVERSION; TLS 1.2 and up unless the configuration says otherwise.
long tls_versions(const TlsConfig& tls) {
  long minimum = CURL_SSLVERSION_TLSv1_2;
  long maximum = CURL_SSLVERSION_MAX_DEFAULT;
  for (const TlsVersion& version : kTlsVersions) {
    if (version.name == tls.min_version) minimum = version.minimum;
    if (version.name == tls.max_version) maximum = version.maximum;
  }
  return minimum | maximum;
}

curl_slist* append(curl_slist* list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list, line.c_str());
  check(grown != nullptr, "libcurl has memory for a header");
  return grown;
}

// "Name:" would remove a header; an empty value is spelled "Name;".
std::string header_line(const std::string& line) {
  const size_t colon = line.find(':');
  if (colon == std::string::npos || !trim(std::string_view(line).substr(colon + 1)).empty()) return line;
  return line.substr(0, colon) + ";";
}

std::string url_part(const std::string& url, CURLUPart part, unsigned flags = 0) {
  CURLU* parsed = curl_url();
  char* text = nullptr;
  std::string out;
  if (curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parsed, part, &text, flags) == CURLUE_OK) {
    out = text;
  }
  curl_free(text);
  curl_url_cleanup(parsed);
  return out;
}

std::string address_text(const sockaddr& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(&address, size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "";
  }
  const std::string text = host.data();
  return (text.find(':') == std::string::npos ? text : "[" + text + "]") + ":" + port.data();
}

// Whether requests of this configuration can change without it, by a file's new content.
bool reads_files(const ClientConfig& config) {
  const auto from_file = [](const ExtraHeader& header) { return !header.files.empty(); };
  const auto all = {&config.tls.ca,
                    &config.tls.cert,
                    &config.tls.key,
                    &config.basic_auth.username,
                    &config.basic_auth.password,
                    &config.authorization.credentials};
  return std::ranges::any_of(all, [](const Secret* secret) { return !secret->file.empty(); }) ||
         std::ranges::any_of(config.http_headers, from_file) ||
         std::ranges::any_of(config.proxy_connect_headers, from_file);
}

// As an address stands in a URL.
std::string bracketed(const std::string& ip) {
  return ip.find(':') == std::string::npos ? ip : "[" + ip + "]";
}

}  // namespace

std::string without_password(const std::string& url) {
  CURLU* parsed = curl_url();
  char* password = nullptr;
  char* text = nullptr;
  std::string out = url;
  if (curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parsed, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK &&
      curl_url_set(parsed, CURLUPART_PASSWORD, "***", 0) == CURLUE_OK &&
      curl_url_get(parsed, CURLUPART_URL, &text, 0) == CURLUE_OK) {
    out = text;
  }
  curl_free(password);
  curl_free(text);
  curl_url_cleanup(parsed);
  return out;
}

std::string host_and_port(const std::string& url) {
  return url_part(url, CURLUPART_HOST) + ":" + url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

Transfer::Transfer() : easy_(curl_easy_init()) {
  check(easy_ != nullptr, "libcurl has memory for a handle");
}

Transfer::~Transfer() {
  curl_easy_cleanup(easy_);
  curl_url_cleanup(url_);
  free_lists();
}

void Transfer::free_lists() {
  curl_slist_free_all(headers_);
  curl_slist_free_all(proxy_headers_);
  curl_slist_free_all(connect_to_);
  headers_ = proxy_headers_ = connect_to_ = nullptr;
  files_in_use_.clear();
  tls_trace_ = {};
}

void Transfer::rest() {
  done = nullptr;
  response = {};
  compressed_body = {};
  room = {};
}

void Transfer::clear() {
  rest();
  ready_ = false;
  curl_easy_reset(easy_);
  free_lists();
  request = {};
  config.reset();
  redirect_count = 0;
  first_url.clear();
}

Status Transfer::prepare(TlsStores& stores, int64_t timeout_ms) {
  failure_.reset();
  compressed_ = false;
  compressed_body.clear();
  message_[0] = '\0';
  response.status = 0;
  response.headers.clear();
  response.body.clear();
  if (!ready_ || redirect_count > 0) {
    ready_ = false;
    if (auto set = set_up(stores); !set) return set;
    ready_ = redirect_count == 0 && !request.trace && !reads_files(*config);
  }
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout_ms));
  return Ok{};
}

Status Transfer::set_up(TlsStores& stores) {
  curl_easy_reset(easy_);
  free_lists();
  dialled_.clear();
  url_in_use_ = request.url;

  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, message_.data());
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, kIdleConnectionSeconds);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set_method();
  set_proxy();
  if (!request.unix_socket.empty()) {
    curl_easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
  }
  const bool https = request.url.starts_with("https:") || request.url.starts_with("HTTPS:");
  const bool http2 = https && config->enable_http2;
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION,
                   request.http2_only ? long{CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE}
                   : http2            ? long{CURL_HTTP_VERSION_2TLS}
                                      : long{CURL_HTTP_VERSION_1_1});
  // A proxy or a redirect may bring TLS to a plain URL, so these are set in any case.
  if (auto set = set_tls(stores); !set) return set;
  if (https && !config->tls.server_name.empty()) {
    if (auto set = set_server_name(config->tls.server_name); !set) return set;
  } else if (!request.dial_ip.empty()) {
    set_dial_ip();
  }
  if (request.trace) {
    *request.trace = {};
    request.trace->tls.wanted_name = wanted_name();
    tls_trace_.facts = &request.trace->tls;
    trace_tls(easy_, tls_trace_);
    curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy_, CURLOPT_FORBID_REUSE, 1L);
    // Probes run by the thousand, and the pages that they look at are small.
    curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, kProbeReceiveBufferBytes);
    // A session that is taken up again shows no certificates.
    curl_easy_setopt(easy_, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  }
  set_url();
  return set_headers(stores.files());
}

// Parsed once for all runs of a repeated request. What libcurl cannot parse it gets as text, and says why.
void Transfer::set_url() {
  if (url_ == nullptr) url_ = curl_url();
  check(url_ != nullptr, "libcurl has memory for a URL");
  if (curl_url_set(url_, CURLUPART_URL, url_in_use_.c_str(), CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) ==
      CURLUE_OK) {
    curl_easy_setopt(easy_, CURLOPT_CURLU, url_);
  } else {
    curl_easy_setopt(easy_, CURLOPT_URL, url_in_use_.c_str());
  }
}

// Not to another host than the one that the configuration names.
bool Transfer::may_send_credentials() const {
  return redirect_count == 0 || host_and_port(request.url) == host_and_port(first_url);
}

// The name that the server's certificate has to be for: libcurl also takes the certificate's common name,
// which Go does not. A proxy has a name of its own, and libcurl's check is all there is.
std::string Transfer::wanted_name() const {
  if (config->tls.insecure_skip_verify || !config->proxy_url.empty() || config->proxy_from_environment)
    return "";
  if (!config->tls.server_name.empty()) return config->tls.server_name;
  std::string host = url_part(request.url, CURLUPART_HOST);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return host;
}

void Transfer::set_method() {
  if (!request.body.empty() || request.method == "POST") {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else if (request.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  }
  if (request.method != "GET" && request.method != "POST" && request.method != "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void Transfer::set_proxy() {
  if (config->proxy_from_environment)
    return;  // libcurl reads http_proxy, https_proxy and no_proxy by itself.
  curl_easy_setopt(easy_, CURLOPT_PROXY, config->proxy_url.c_str());  // "" switches the environment off.
  curl_easy_setopt(easy_, CURLOPT_NOPROXY, config->no_proxy.c_str());
}

// libcurl parses authorities of a configuration's own for each connection, and a probe makes a new one each
// time.
Status Transfer::set_authorities(TlsStores& stores) {
  if (!request.trace)
    return set_blob(CURLOPT_CAINFO_BLOB, config->tls.ca, stores.files(), "tls_config: ca_file");
  curl_easy_setopt(easy_, CURLOPT_CAINFO, nullptr);
  if (config->tls.insecure_skip_verify) return Ok{};
  auto authorities = stores.authorities(config->tls);
  if (!authorities) return authorities.error();
  tls_trace_.authorities = *std::move(authorities);
  return Ok{};
}

Status Transfer::set_tls(TlsStores& stores) {
  const TlsConfig& tls = config->tls;
  FileCache& files = stores.files();
  // libcurl keeps parsed authorities between connections only when it has no folder of them: without this
  // line every TLS connection costs 35 ms.
  curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
  if (tls.ca.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAINFO, system_ca_bundle());
  } else if (auto set = set_authorities(stores); !set) {
    return set;
  }
  if (!tls.cert.empty()) {
    if (auto set = set_blob(CURLOPT_SSLCERT_BLOB, tls.cert, files, "tls_config: cert_file"); !set) return set;
    if (auto set = set_blob(CURLOPT_SSLKEY_BLOB, tls.key, files, "tls_config: key_file"); !set) return set;
  }
  curl_easy_setopt(easy_, CURLOPT_SSLVERSION, tls_versions(tls));
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, tls.insecure_skip_verify ? 0L : 1L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, tls.insecure_skip_verify ? 0L : 2L);
  return Ok{};
}

Status Transfer::set_blob(CURLoption option, const Secret& secret, FileCache& files, std::string_view what) {
  std::shared_ptr<const std::string> bytes;
  if (secret.file.empty()) {
    bytes = std::make_shared<const std::string>(secret.text);
  } else {
    auto read = files.read(secret.file);
    if (!read) return read.error().in(what);
    bytes = *read;
  }
  curl_blob blob{.data = const_cast<char*>(bytes->data()), .len = bytes->size(), .flags = CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy_, option, &blob);
  files_in_use_.push_back(std::move(bytes));
  return Ok{};
}

// libcurl takes the name for SNI and the certificate from the URL, so the URL gets the name, and the
// connection and the Host header keep the real host.
Status Transfer::set_server_name(std::string_view server_name) {
  const std::string host = url_part(request.url, CURLUPART_HOST);
  const std::string port = url_part(request.url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const std::string name(server_name);
  CURLU* parsed = curl_url();
  char* text = nullptr;
  const bool replaced = curl_url_set(parsed, CURLUPART_URL, request.url.c_str(), 0) == CURLUE_OK &&
                        curl_url_set(parsed, CURLUPART_HOST, name.c_str(), 0) == CURLUE_OK &&
                        curl_url_get(parsed, CURLUPART_URL, &text, 0) == CURLUE_OK;
  if (replaced) url_in_use_ = text;
  curl_free(text);
  curl_url_cleanup(parsed);
  if (!replaced)
    return Error(ErrorCode::InvalidArgument, "tls_config: server_name: not a host name: " + quoted(name));
  const std::string dialled = request.dial_ip.empty() ? host : bracketed(request.dial_ip);
  connect_to_ = append(connect_to_, name + ":" + port + ":" + dialled + ":" + port);
  curl_easy_setopt(easy_, CURLOPT_CONNECT_TO, connect_to_);
  const auto is_host = [](const FetchHeader& header) { return equals_ignoring_case(header.name, "Host"); };
  if (std::ranges::any_of(request.headers, is_host)) return Ok{};
  const std::string explicit_port = url_part(request.url, CURLUPART_PORT);
  headers_ = append(headers_, "Host: " + host + (explicit_port.empty() ? "" : ":" + explicit_port));
  return Ok{};
}

// Any host of the URL is dialled at this address; its name stays in the Host header and in TLS.
void Transfer::set_dial_ip() {
  connect_to_ = append(connect_to_, "::" + bracketed(request.dial_ip) + ":");
  curl_easy_setopt(easy_, CURLOPT_CONNECT_TO, connect_to_);
}

Status Transfer::set_headers(FileCache& files) {
  for (const FetchHeader& header : request.headers) {
    headers_ = append(headers_, header_line(header.name + ": " + header.value));
  }
  if (request.accept_gzip) headers_ = append(headers_, "Accept-Encoding: gzip");
  if (!request.body.empty()) headers_ = append(headers_, "Expect:");  // No round trip before the body.
  if (may_send_credentials()) {
    auto lines = credential_lines(*config, files);
    if (!lines) return lines.error();
    for (const std::string& line : *lines) headers_ = append(headers_, header_line(line));
  }
  std::vector<std::string> proxy_lines;
  if (auto added = append_lines(config->proxy_connect_headers, files, proxy_lines); !added) return added;
  for (const std::string& line : proxy_lines) proxy_headers_ = append(proxy_headers_, header_line(line));
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(easy_, CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});
  if (proxy_headers_ != nullptr) curl_easy_setopt(easy_, CURLOPT_PROXYHEADER, proxy_headers_);
  return Ok{};
}

size_t Transfer::on_body(char* bytes, size_t size, size_t count, void* self) {
  return static_cast<Transfer*>(self)->take_body(bytes, size * count);
}

// Reaching the limit is too much, so one byte less is the most.
size_t Transfer::body_bytes_max() const {
  return request.body_bytes_max == 0 ? std::numeric_limits<size_t>::max() : request.body_bytes_max - 1;
}

size_t Transfer::take_body(const char* bytes, size_t size) {
  std::string& body = compressed_ ? compressed_body : response.body;
  if (!compressed_ && body.empty() && !room.empty()) {
    room.clear();
    body.swap(room);
  }
  const size_t bytes_max = compressed_ ? kCompressedBytesMax : body_bytes_max();
  if (size > bytes_max - std::min(bytes_max, body.size())) {
    failure_ = Error(ErrorCode::LimitExceeded, "body size limit exceeded");
    return 0;
  }
  body.append(bytes, size);
  return size;
}

Status Transfer::decode_body() {
  response.body.swap(
      room);  // Not cleared: only what this body has more than the earlier one is set to zero first.
  auto decoded = io::gunzip_into(compressed_body, response.body, body_bytes_max());
  if (decoded) return decoded;
  switch (decoded.error().code()) {
    case ErrorCode::Truncated:
      return Error(ErrorCode::Truncated, "unexpected EOF");
    case ErrorCode::LimitExceeded:
      return Error(ErrorCode::LimitExceeded, "body size limit exceeded");
    default:
      return decoded;
  }
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  if (address->family != AF_UNIX) {
    static_cast<Transfer*>(self)->dialled_ = address_text(address->addr, address->addrlen);
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

size_t Transfer::on_header(char* bytes, size_t size, size_t count, void* self) {
  static_cast<Transfer*>(self)->take_header(std::string_view(bytes, size * count));
  return size * count;
}

void Transfer::take_header(std::string_view line) {
  line = trim(line);
  if (line.starts_with("HTTP/")) {  // A new answer: one before it was informational.
    if (request.trace) trace_tls_session(easy_, *request.trace);
    response.headers.clear();
    response.status_text = cut(line, ' ').after;
    compressed_ = false;
    return;
  }
  const Cut parts = cut(line, ':');
  if (!parts.found) return;
  const std::string_view value = trim(parts.after);
  if (request.accept_gzip && equals_ignoring_case(parts.before, "content-encoding") &&
      equals_ignoring_case(value, "gzip")) {
    compressed_ = true;
  }
  response.headers.push_back({.name = std::string(parts.before), .value = std::string(value)});
}

std::optional<std::string> Transfer::redirect_target() const {
  const int status = response.status;
  if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) return std::nullopt;
  const std::string_view location = response.header("location");
  if (location.empty()) return std::nullopt;
  CURLU* parsed = curl_url();
  char* text = nullptr;
  std::optional<std::string> out;
  if (curl_url_set(parsed, CURLUPART_URL, request.url.c_str(), 0) == CURLUE_OK &&
      curl_url_set(parsed, CURLUPART_URL, std::string(location).c_str(), 0) == CURLUE_OK &&
      curl_url_get(parsed, CURLUPART_URL, &text, 0) == CURLUE_OK) {
    out = text;
  }
  curl_free(text);
  curl_url_cleanup(parsed);
  return out;
}

void Transfer::finish_trace(bool whole) {
  RequestTrace& trace = *request.trace;
  const auto seconds = [this](CURLINFO info) {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy_, info, &microseconds);
    return static_cast<double>(microseconds) / 1e6;
  };
  // Points in time since the start; 0 where the transfer did not get to.
  const double looked_up = seconds(CURLINFO_NAMELOOKUP_TIME_T);
  const double connected = seconds(CURLINFO_CONNECT_TIME_T);
  const double secured = seconds(CURLINFO_APPCONNECT_TIME_T);
  const double answered = seconds(CURLINFO_STARTTRANSFER_TIME_T);
  const double ended = seconds(CURLINFO_TOTAL_TIME_T);
  if (connected > 0) trace.connect_seconds = connected - looked_up;
  if (secured > 0) trace.tls_seconds = secured - connected;
  if (answered > 0) {
    trace.processing_seconds = answered - std::max(secured, connected);
    trace.transfer_seconds = ended - answered;
  }
  long version = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_VERSION, &version);
  trace.http_version = version == CURL_HTTP_VERSION_1_0 ? 1.0 : version == CURL_HTTP_VERSION_2_0 ? 2.0 : 1.1;
  if (whole) return;
  trace.status = response.status;
  trace.headers = response.headers;
  trace.body_size_bytes = compressed_ ? compressed_body.size() : response.body.size();
}

Status Transfer::outcome(CURLcode code) {
  if (code == CURLE_OK) return compressed_ && request.method != "HEAD" ? decode_body() : Status(Ok{});
  if (failure_) return *failure_;
  const std::string verb = request.method.substr(0, 1) + to_lower_ascii(request.method.substr(1));
  const std::string about = verb + " " + quoted(without_password(request.url), 1024) + ": ";
  const std::string details = message_[0] == '\0' ? curl_easy_strerror(code) : message_.data();
  long os_error = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &os_error);
  const std::string os_text =
      os_error == 0 ? details : to_lower_ascii(std::strerror(static_cast<int>(os_error)));
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Error(ErrorCode::DeadlineExceeded, about + "context deadline exceeded");
    case CURLE_COULDNT_RESOLVE_HOST:
      return Error(ErrorCode::Unavailable,
                   about + "dial tcp: lookup " + url_part(request.url, CURLUPART_HOST) + ": no such host");
    case CURLE_COULDNT_CONNECT:
      if (!request.unix_socket.empty()) {
        return Error(ErrorCode::Unavailable,
                     about + "dial unix " + request.unix_socket + ": connect: " + os_text);
      }
      return Error(ErrorCode::Unavailable, about + "dial tcp " + dialled_ + ": connect: " + os_text);
    case CURLE_GOT_NOTHING:
      return Error(ErrorCode::Truncated, about + "EOF");
    case CURLE_PARTIAL_FILE:
      return Error(ErrorCode::Truncated, "unexpected EOF");
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return Error(ErrorCode::Unavailable, about + "read tcp: " + os_text);
    case CURLE_PEER_FAILED_VERIFICATION:
      return Error(ErrorCode::Unavailable, about + "tls: failed to verify certificate: " + details);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Error(ErrorCode::InvalidArgument, about + details);
    default:
      return Error(ErrorCode::Unavailable, about + details);
  }
}

}  // namespace sonde::http
