#include "common/http_client/client.h"

#include <curl/curl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "common/core/check.h"
#include "common/core/text.h"
#include "common/http_client/tls_session.h"
#include "common/http_client/transfer.h"

namespace sonde::http {
namespace {

// Idle handles and bodies kept for the next request; more are in use only while as many requests are in
// flight.
constexpr size_t kIdleTransfersMax = 64;
constexpr size_t kIdleRoomsMax = 8;
// A body larger than this is not kept: one huge page should not hold its memory for ever.
constexpr size_t kKeptRoomBytesMax = 4 << 20;
// Connections kept open for reuse; libcurl's own default would throw most of a thousand targets' away.
constexpr long kIdleConnectionsMax = 100'000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

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
    for (auto& [id, transfer] : active_) {
      curl_multi_remove_handle(multi_, transfer->easy());
      if (transfer->repeated != nullptr) transfer->repeated->running_ = false;
    }
    active_.clear();
    idle_.clear();
    curl_multi_cleanup(multi_);  // Closes the idle connections, which may call on_socket.
    loop_.cancel(timer_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  FetchId fetch(FetchRequest request, std::shared_ptr<const ClientConfig> config, FetchCallback done) {
    auto transfer = take_idle();
    transfer->request = std::move(request);
    transfer->config = std::move(config);
    return run(std::move(transfer), std::move(done));
  }

  FetchId fetch(RepeatedRequest& repeated, FetchCallback done) {
    check(!repeated.running_, "a request is not repeated while it runs");
    std::unique_ptr<Transfer> transfer = std::move(repeated.resting_);
    if (!transfer) {
      transfer = take_idle();
      transfer->request = repeated.request_;
      transfer->config = repeated.config_;
    }
    transfer->repeated = &repeated;
    repeated.running_ = true;
    return run(std::move(transfer), std::move(done));
  }

  void cancel(FetchId id) {
    const auto it = active_.find(static_cast<uint64_t>(id));
    if (it == active_.end()) return;
    curl_multi_remove_handle(multi_, it->second->easy());
    release(it);
  }

  void recycle(std::string body) {
    if (body.empty() || rooms_.size() >= kIdleRoomsMax || body.capacity() > kKeptRoomBytesMax) return;
    rooms_.push_back(std::move(body));
  }

 private:
  using Active = std::unordered_map<uint64_t, std::unique_ptr<Transfer>>;
  struct Ended {
    FetchId id;
    CURLcode code;
  };

  FetchId run(std::unique_ptr<Transfer> transfer, FetchCallback done) {
    const FetchId id{next_id_++};
    transfer->id = id;
    transfer->deadline_ns =
        loop_.clock().monotonic_ns() + std::chrono::nanoseconds(transfer->request.timeout).count();
    transfer->done = std::move(done);
    transfer->room = take_room();
    if (transfer->request.accept_gzip) {
      transfer->compressed_body = take_room();
      transfer->compressed_body.clear();
    }
    Transfer& started = *transfer;
    active_.emplace(static_cast<uint64_t>(id), std::move(transfer));
    start(started);
    return id;
  }

  // One hop. What ends here is told from the loop, not from within fetch().
  void start(Transfer& transfer) {
    const int64_t left_ms = (transfer.deadline_ns - loop_.clock().monotonic_ns() + 999'999) / 1'000'000;
    Status ready = transfer.prepare(stores_, std::max<int64_t>(left_ms, 1));
    if (ready && begin(transfer)) return;
    const Error error = ready ? Error(ErrorCode::Unavailable, "cannot start the request") : ready.error();
    later([this, id = transfer.id, error] {
      const auto it = active_.find(static_cast<uint64_t>(id));
      if (it != active_.end()) answer(it, error);
    });
  }

  bool begin(Transfer& transfer) {
    driving_ = true;
    const bool added = curl_multi_add_handle(multi_, transfer.easy()) == CURLM_OK;
    // libcurl has just asked for a timer of 0 ms to begin by; the request is on its way sooner without.
    drive(CURL_SOCKET_TIMEOUT, 0);
    if (!ended_.empty()) later([this] { finish_ended(); });
    return added;
  }

  // From the loop, unless the client has ended by then.
  void later(std::function<void()> callback) {
    loop_.post([alive = std::weak_ptr<bool>(alive_), callback = std::move(callback)] {
      if (!alive.expired()) callback();
    });
  }

  void act(curl_socket_t socket, int events) {
    drive(socket, events);
    finish_ended();
  }

  // Lets libcurl work, and notes which transfers that has ended.
  void drive(curl_socket_t socket, int events) {
    driving_ = true;
    if (socket == CURL_SOCKET_TIMEOUT) due_ns_ = kNever;  // libcurl says anew what it wants.
    int running = 0;
    curl_multi_socket_action(multi_, socket, events, &running);
    driving_ = false;
    arm();
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* self = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
      ended_.push_back({.id = reinterpret_cast<Transfer*>(self)->id, .code = message->data.result});
    }
  }

  void finish_ended() {
    // A callback may fetch, cancel and even destroy the client.
    const std::weak_ptr<bool> alive = alive_;
    while (!alive.expired() && !ended_.empty()) {
      const Ended next = ended_.front();
      ended_.pop_front();
      const auto it = active_.find(static_cast<uint64_t>(next.id));
      if (it != active_.end()) finish(it, next.code);
    }
  }

  void finish(Active::iterator it, CURLcode code) {
    Transfer& transfer = *it->second;
    const Status outcome = transfer.outcome(code);  // Asks the handle, so before it is removed.
    long status = 0;
    curl_easy_getinfo(transfer.easy(), CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    if (transfer.request.trace) transfer.finish_trace(outcome.ok());
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
    if (transfer.redirect_count == 1) transfer.first_url = transfer.request.url;
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
    recycle(std::move(transfer->compressed_body));
    recycle(std::move(transfer->room));
    recycle(std::move(transfer->response.body));
    if (RepeatedRequest* repeated = std::exchange(transfer->repeated, nullptr); repeated != nullptr) {
      repeated->running_ = false;
      if (transfer->stays_ready()) {
        transfer->rest();
        repeated->resting_ = std::move(transfer);
        return;
      }
    }
    transfer->clear();
    if (idle_.size() < kIdleTransfersMax) idle_.push_back(std::move(transfer));
  }

  std::unique_ptr<Transfer> take_idle() {
    if (idle_.empty()) return std::make_unique<Transfer>();
    std::unique_ptr<Transfer> transfer = std::move(idle_.back());
    idle_.pop_back();
    return transfer;
  }

  // An earlier body as it was.
  std::string take_room() {
    if (rooms_.empty()) return {};
    std::string room = std::move(rooms_.back());
    rooms_.pop_back();
    return room;
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
    static_cast<Impl*>(self)->set_due(timeout_ms);
    return 0;
  }

  // libcurl changes its mind several times within a call: what it wants in the end counts.
  void set_due(long timeout_ms) {
    due_ns_ = timeout_ms < 0 ? kNever : loop_.clock().monotonic_ns() + int64_t{timeout_ms} * 1'000'000;
    if (!driving_) arm();
  }

  // A timer that is pending already and comes before the wanted time stands, and looks again then: most
  // timeouts are never reached.
  void arm() {
    if (timer_ != loop::TimerId::None && timer_.due_ns <= due_ns_) return;
    loop_.cancel(timer_);
    timer_ = loop::TimerId::None;
    if (due_ns_ == kNever) return;
    timer_ = loop_.at(due_ns_, [this] {
      timer_ = loop::TimerId::None;
      if (loop_.clock().monotonic_ns() < due_ns_) return arm();
      act(CURL_SOCKET_TIMEOUT, 0);
    });
  }

  loop::EventLoop& loop_;  // All below belong to the loop's thread.
  Logger& logger_;
  CURLM* multi_ = nullptr;
  int64_t due_ns_ = kNever;  // when libcurl wants to be called
  loop::TimerId timer_ = loop::TimerId::None;
  bool driving_ = false;     // libcurl is at work and calls us
  std::deque<Ended> ended_;  // noted, and not told yet
  uint64_t next_id_ = 1;
  Active active_;
  std::vector<std::unique_ptr<Transfer>> idle_;
  std::vector<std::string> rooms_;
  TlsStores stores_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // Shared, so that posted work sees our end.
};

RepeatedRequest::RepeatedRequest(FetchRequest request, std::shared_ptr<const ClientConfig> config)
    : request_(std::move(request)), config_(std::move(config)) {}

RepeatedRequest::~RepeatedRequest() {
  check(!running_, "a repeated request ends after its run");
}

Client::Client(loop::EventLoop& loop, Logger& logger) : impl_(std::make_unique<Impl>(loop, logger)) {}
Client::~Client() = default;

FetchId Client::fetch(FetchRequest request, std::shared_ptr<const ClientConfig> config, FetchCallback done) {
  return impl_->fetch(std::move(request), std::move(config), std::move(done));
}

FetchId Client::fetch(RepeatedRequest& repeated, FetchCallback done) {
  return impl_->fetch(repeated, std::move(done));
}

void Client::cancel(FetchId id) {
  impl_->cancel(id);
}

void Client::recycle(std::string body) {
  impl_->recycle(std::move(body));
}

}  // namespace sonde::http
