#include "common/http_client/client.h"

#include <curl/curl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "common/core/check.h"
#include "common/core/text.h"
#include "common/http_client/file_cache.h"
#include "common/http_client/transfer.h"

namespace sonde::http {
namespace {

// Idle handles and bodies kept for the next request; more are in use only while as many requests are in
// flight.
constexpr size_t kIdleTransfersMax = 64;
constexpr size_t kIdleBodiesMax = 8;
// A body larger than this is not kept: one huge page should not hold its memory for ever.
constexpr size_t kKeptBodyBytesMax = 4 << 20;
// Connections kept open for reuse; libcurl's own default would throw most of a thousand targets' away.
constexpr long kIdleConnectionsMax = 100'000;

void start_libcurl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  check(started, "libcurl starts");
}

}  // namespace

std::string_view FetchResponse::header(std::string_view name) const {
  const auto same = [name](const FetchHeader& header) { return equals_ignoring_case(header.name, name); };
  const auto it = std::find_if(headers.begin(), headers.end(), same);
  return it == headers.end() ? std::string_view() : std::string_view(it->value);
}

class Client::Impl {
 public:
  Impl(loop::EventLoop& event_loop, Logger& logger) : loop_(event_loop), logger_(logger) {
    start_libcurl();
    multi_ = curl_multi_init();
    check(multi_ != nullptr, "libcurl has memory");
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnectionsMax);
  }

  ~Impl() {
    for (auto& [id, transfer] : active_) curl_multi_remove_handle(multi_, transfer->easy());
    active_.clear();
    idle_.clear();
    curl_multi_cleanup(multi_);  // Closes the idle connections, which may call on_socket.
    loop_.cancel(timer_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  FetchId fetch(FetchRequest request, std::shared_ptr<const ClientConfig> config, FetchCallback done) {
    auto transfer = take_idle();
    const FetchId id{next_id_++};
    transfer->id = id;
    transfer->deadline_ns = loop_.clock().monotonic_ns() + std::chrono::nanoseconds(request.timeout).count();
    transfer->request = std::move(request);
    transfer->config = std::move(config);
    transfer->done = std::move(done);
    transfer->response.body = take_body();
    transfer->first_host = transfer->config->follow_redirects ? host_and_port(transfer->request.url) : "";
    Transfer& started = *transfer;
    active_.emplace(static_cast<uint64_t>(id), std::move(transfer));
    start(started);
    return id;
  }

  void cancel(FetchId id) {
    const auto it = active_.find(static_cast<uint64_t>(id));
    if (it == active_.end()) return;
    curl_multi_remove_handle(multi_, it->second->easy());
    release(it);
  }

  void recycle(std::string body) {
    if (bodies_.size() >= kIdleBodiesMax || body.capacity() > kKeptBodyBytesMax) return;
    body.clear();
    bodies_.push_back(std::move(body));
  }

 private:
  using Active = std::unordered_map<uint64_t, std::unique_ptr<Transfer>>;

  // One hop. What fails here is told from the loop, not from within fetch().
  void start(Transfer& transfer) {
    const int64_t left_ms = (transfer.deadline_ns - loop_.clock().monotonic_ns() + 999'999) / 1'000'000;
    Status ready = transfer.prepare(
        files_, std::max<int64_t>(left_ms, 1),
        transfer.redirect_count == 0 || host_and_port(transfer.request.url) == transfer.first_host);
    if (ready && curl_multi_add_handle(multi_, transfer.easy()) == CURLM_OK) return;
    const Error error = ready ? Error(ErrorCode::Unavailable, "cannot start the request") : ready.error();
    loop_.post([this, alive = std::weak_ptr<bool>(alive_), id = transfer.id, error] {
      if (alive.expired()) return;
      const auto it = active_.find(static_cast<uint64_t>(id));
      if (it != active_.end()) answer(it, error);
    });
  }

  void act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, socket, events, &running);
    int left = 0;
    // A callback may fetch, cancel and even destroy the client.
    const std::weak_ptr<bool> alive = alive_;
    while (!alive.expired()) {
      const CURLMsg* message = curl_multi_info_read(multi_, &left);
      if (message == nullptr) return;
      if (message->msg != CURLMSG_DONE) continue;
      char* self = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
      finish(*reinterpret_cast<Transfer*>(self), message->data.result);
    }
  }

  void finish(Transfer& transfer, CURLcode code) {
    const auto it = active_.find(static_cast<uint64_t>(transfer.id));
    const Status outcome = transfer.outcome(code);  // Asks the handle, so before it is removed.
    long status = 0;
    curl_easy_getinfo(transfer.easy(), CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    if (transfer.request.trace) transfer.finish_trace();
    curl_multi_remove_handle(multi_, transfer.easy());
    if (!outcome) return answer(it, outcome.error());
    const auto target = transfer.redirect_target();
    if (!target || !transfer.config->follow_redirects) {
      transfer.response.redirect_url = target.value_or("");
      return answer(it, std::move(transfer.response));
    }
    if (++transfer.redirect_count > kRedirectsMax) {
      return answer(it, Error(ErrorCode::LimitExceeded, "Get " + quoted(without_password(*target), 1024) +
                                                            ": stopped after 10 redirects"));
    }
    follow(transfer, *target);
  }

  void follow(Transfer& transfer, const std::string& target) {
    const int status = transfer.response.status;
    if (status == 303 || (status <= 302 && transfer.request.method == "POST")) {
      if (transfer.request.method != "HEAD") transfer.request.method = "GET";
      transfer.request.body.clear();
    }
    transfer.request.url = target;
    start(transfer);
  }

  void answer(Active::iterator it, Result<FetchResponse> result) {
    const FetchCallback done = std::move(it->second->done);
    release(it);
    done(std::move(result));
  }

  void release(Active::iterator it) {
    std::unique_ptr<Transfer> transfer = std::move(it->second);
    active_.erase(it);
    recycle(std::move(transfer->response.body));
    transfer->clear();
    if (idle_.size() < kIdleTransfersMax) idle_.push_back(std::move(transfer));
  }

  std::unique_ptr<Transfer> take_idle() {
    if (idle_.empty()) return std::make_unique<Transfer>();
    std::unique_ptr<Transfer> transfer = std::move(idle_.back());
    idle_.pop_back();
    return transfer;
  }

  std::string take_body() {
    if (bodies_.empty()) return {};
    std::string body = std::move(bodies_.back());
    bodies_.pop_back();
    return body;
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
    static_cast<Impl*>(self)->watch(socket, what, known != nullptr);
    return 0;
  }

  void watch(curl_socket_t socket, int what, bool known) {
    if (what == CURL_POLL_REMOVE) {
      if (known) loop_.unwatch(socket);
      return;
    }
    const uint32_t events = ((what & CURL_POLL_IN) != 0 ? uint32_t{EPOLLIN} : 0U) |
                            ((what & CURL_POLL_OUT) != 0 ? uint32_t{EPOLLOUT} : 0U);
    Status watched = known ? loop_.rewatch(socket, events)
                           : loop_.watch(socket, events, [this, socket](uint32_t happened) {
                               const int flags =
                                   ((happened & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                                   ((happened & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                                   ((happened & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
                               act(socket, flags);
                             });
    if (!watched) logger_.error("cannot watch a connection", {{"err", watched.error().message()}});
    if (!known && watched) curl_multi_assign(multi_, socket, this);
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<Impl*>(self)->arm(timeout_ms);
    return 0;
  }

  void arm(long timeout_ms) {
    loop_.cancel(timer_);
    timer_ = loop::TimerId::None;
    if (timeout_ms < 0) return;
    timer_ = loop_.after(std::chrono::milliseconds(timeout_ms), [this] {
      timer_ = loop::TimerId::None;
      act(CURL_SOCKET_TIMEOUT, 0);
    });
  }

  loop::EventLoop& loop_;  // All below belong to the loop's thread.
  Logger& logger_;
  CURLM* multi_ = nullptr;
  loop::TimerId timer_ = loop::TimerId::None;
  uint64_t next_id_ = 1;
  Active active_;
  std::vector<std::unique_ptr<Transfer>> idle_;
  std::vector<std::string> bodies_;
  FileCache files_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // Shared, so that posted work sees our end.
};

Client::Client(loop::EventLoop& loop, Logger& logger) : impl_(std::make_unique<Impl>(loop, logger)) {}
Client::~Client() = default;

FetchId Client::fetch(FetchRequest request, std::shared_ptr<const ClientConfig> config, FetchCallback done) {
  return impl_->fetch(std::move(request), std::move(config), std::move(done));
}

void Client::cancel(FetchId id) {
  impl_->cancel(id);
}

void Client::recycle(std::string body) {
  impl_->recycle(std::move(body));
}

}  // namespace sonde::http
