#pragma once
// The server's side of a request that waits for its answer: shared by the responder, on any thread, and the
// connection, on the loop's. Either may end first, and so may the server.

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/core/mutex.h"
#include "common/http_server/request.h"
#include "common/loop/event_loop.h"

namespace sonde::http {

// Where answers go. It outlives the server, so that a late answer finds that nobody is there.
class AnswerDesk {
 public:
  using Deliver = std::function<void(const std::shared_ptr<Responder::Exchange>&)>;
  // `deliver` is called on the loop's thread.
  AnswerDesk(loop::EventLoop& loop, Deliver deliver) : deliver_(std::move(deliver)), loop_(&loop) {}

  // The thread that runs the loop; before the first request. Written once, because answering threads read it.
  void bind_thread() {
    if (loop_thread_ != std::this_thread::get_id()) loop_thread_ = std::this_thread::get_id();
  }
  void close();
  void take(const std::shared_ptr<Responder::Exchange>& exchange);

 private:
  Deliver deliver_;  // loop's thread; empty after close()
  std::thread::id loop_thread_;
  Mutex mutex_;
  loop::EventLoop* loop_ GUARDED_BY(mutex_);  // nullptr after close()
};

class Responder::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  explicit Exchange(std::shared_ptr<AnswerDesk> desk) : desk_(std::move(desk)) {}

  // Once, by the holder of the responder.
  void answer(Response response);
  void add_header(Header header) { headers_.push_back(std::move(header)); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  const std::shared_ptr<AnswerDesk>& desk() const { return desk_; }

  // The rest is for the loop's thread.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool answered() const { return delivered_; }
  void set_delivered() { delivered_ = true; }
  Response take_response();
  // The connection that waits; nullptr once it has ended. Opaque here.
  void* connection = nullptr;

 private:
  std::shared_ptr<AnswerDesk> desk_;  // Shared: outlives the server where the responder does.
  std::atomic<bool> cancelled_{false};
  bool delivered_ = false;
  Response response_;            // the responder's until delivered, then the loop's
  std::vector<Header> headers_;  // likewise
};

}  // namespace sonde::http
