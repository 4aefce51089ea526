#pragma once
// The threads that answer requests which read the database, so that the loop's thread never waits for a
// query. Threads are made when work first needs them, up to the limit; more requests wait in line. Any thread
// may call.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <thread>
#include <vector>

#include "common/core/mutex.h"
#include "common/http_server/request.h"

namespace sonde::api {

class QueryPool {
 public:
  // `cancelled` turns true when the client has gone or the process stops.
  using Run = std::function<http::Response(const http::Request& request, const std::atomic<bool>& cancelled)>;
  // One request that waits for a thread. `run` is called once, on a thread of the pool.
  struct Job {
    http::Request request;
    http::Responder responder;
    Run run;
  };

  explicit QueryPool(size_t threads_max);
  // Cancels what runs and waits for it; what still waits in line is dropped, which answers 500.
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  void submit(Job job);

  // Cancels what runs for clients that have hung up. To be called now and then while there is work.
  void cancel_abandoned();

  // Requests that run or wait.
  size_t pending() const;

 private:
  struct Running {
    const http::Responder* responder;
    std::atomic<bool> cancelled{false};
  };
  void work();

  const size_t threads_max_;
  mutable Mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job> jobs_ GUARDED_BY(mutex_);
  std::list<Running> running_ GUARDED_BY(mutex_);  // A list: queries hold on to their flag.
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
  size_t idle_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace sonde::api
