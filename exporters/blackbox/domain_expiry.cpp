#include "exporters/blackbox/domain_expiry.h"

#include "common/core/text.h"
#include "common/exporter/page_merge.h"
#include "common/exposition/metric_sink.h"
#include "exporters/blackbox/http_url.h"
#include "exporters/blackbox/socket_address.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kExpiry{
    "probe_domain_expiry_timestamp_seconds",
    "When the registration of the target's domain ends, as its registry says; only with domain_expiry"};
constexpr Desc kSuccess{"probe_domain_lookup_success",
                        "Whether the registry was asked and answered; only with domain_expiry"};

constexpr std::chrono::hours kAnswerLife{24};
constexpr std::chrono::hours kFailureLife{1};
constexpr std::chrono::seconds kRequestTimeout{10};
constexpr uint64_t kServersBytesMax = 8 << 20;  // IANA's list has some 100 kB.
constexpr uint64_t kAnswerBytesMax = 1 << 20;

int64_t in_ns(std::chrono::nanoseconds time) {
  return time.count();
}

}  // namespace

std::string target_host(std::string_view target) {
  if (target.find("://") != std::string_view::npos) return url_host(target);
  if (const auto split = split_host_port(target)) return split->host;
  return std::string(target.substr(0, target.find('/')));
}

void DomainExpiry::add(const std::string& host, const std::string& bootstrap_url, std::string& page) {
  auto names = registrable_names(host);
  if (names.empty()) return;
  const std::pair key(bootstrap_url, host);
  auto at = hosts_.find(key);
  if (at == hosts_.end()) {
    if (hosts_.size() >= kHostsMax) {
      if (!is_full_) logger_.warn("domains are asked for no more targets, 10000 are remembered");
      is_full_ = true;
      return;
    }
    at = hosts_.try_emplace(key).first;
  }
  Host& known = at->second;
  if (!known.asked && clock_.monotonic_ns() >= known.due_ns) {
    known.asked = true;
    waiting_.push_back(std::make_shared<Question>(Question{.key = key, .names = std::move(names)}));
    start_next();
  }
  exposition::MetricSink sink;
  if (known.expiry_seconds) sink.sample(kExpiry, static_cast<double>(*known.expiry_seconds));
  if (known.success) sink.sample(kSuccess, *known.success ? 1 : 0);
  const exposition::MetricSink* sinks = &sink;
  std::string families;
  exposition::join_text({&sinks, 1}, families);
  exporter::merge_families(page, families);
}

void DomainExpiry::start_next() {
  if (starting_) return;  // A question that ends at once comes back here; the loop below goes on.
  starting_ = true;
  while (under_way_ < kQuestionsMax && !waiting_.empty()) {
    ++under_way_;
    QuestionPointer question = std::move(waiting_.front());
    waiting_.pop_front();
    const auto servers = servers_.find(question->key.first);
    if (servers != servers_.end() && clock_.monotonic_ns() < servers->second.due_ns) {
      ask(std::move(question));
    } else {
      read_servers(std::move(question));
    }
  }
  starting_ = false;
}

void DomainExpiry::fetch(std::string url, uint64_t body_bytes_max, http::FetchCallback done) {
  http::FetchRequest request;
  request.url = std::move(url);
  request.headers = {{"Accept", "application/rdap+json, application/json"}};
  request.timeout = kRequestTimeout;
  request.body_bytes_max = body_bytes_max;
  request.accept_gzip = true;
  client_.fetch(std::move(request), std::make_shared<const http::ClientConfig>(), std::move(done));
}

void DomainExpiry::read_servers(QuestionPointer question) {
  const std::string url = question->key.first;
  fetch(url, kServersBytesMax, [this, question](const Result<http::FetchResponse>& response) {
    const auto refuse = [&](const Error& error) { end(question, error.in("list of RDAP servers")); };
    if (!response) return refuse(response.error());
    if (response->status != 200)
      return refuse(Error(ErrorCode::Unavailable, "status " + std::to_string(response->status)));
    auto list = read_rdap_servers(response->body);
    if (!list) return refuse(list.error());
    servers_[question->key.first] = {.list = std::move(*list),
                                     .due_ns = clock_.monotonic_ns() + in_ns(kAnswerLife)};
    ask(question);
  });
}

void DomainExpiry::ask(QuestionPointer question) {
  const RdapServers& servers = servers_[question->key.first].list;
  while (question->next < question->names.size()) {
    const std::string& name = question->names[question->next++];
    const std::string server = find_rdap_server(servers, name);
    if (server.empty()) continue;
    return fetch(server + "domain/" + name, kAnswerBytesMax,
                 [this, question](const Result<http::FetchResponse>& response) { take(question, response); });
  }
  end(question, Error(ErrorCode::NotFound, "no RDAP server knows when the domain ends"));
}

// 404 is the answer for an ending such as "co.uk": the next, longer name may be the one that is registered.
void DomainExpiry::take(QuestionPointer question, const Result<http::FetchResponse>& response) {
  if (!response) return end(question, response.error());
  if (response->status == 404 || response->status == 400) return ask(std::move(question));
  if (response->status != 200)
    return end(question, Error(ErrorCode::Unavailable, "status " + std::to_string(response->status)));
  const auto expiry = read_domain_expiry(response->body);
  if (!expiry || *expiry) return end(question, expiry);
  ask(std::move(question));
}

void DomainExpiry::end(const QuestionPointer& question, const Result<std::optional<int64_t>>& outcome) {
  --under_way_;
  Host& host = hosts_[question->key];
  host.asked = false;
  host.success = outcome.ok();
  host.due_ns = clock_.monotonic_ns() + in_ns(outcome ? kAnswerLife : kFailureLife);
  if (outcome) {
    host.expiry_seconds = *outcome;
  } else {
    logger_.warn("cannot find out when a domain ends",
                 {{"host", question->key.second}, {"err", outcome.error().message()}});
  }
  start_next();
}

}  // namespace sonde::blackbox
