#pragma once
// The one epoll event loop: descriptors, timers, wake-ups from other threads. A loop belongs to the thread
// that calls run(); only post() and stop() may be called from elsewhere. Callbacks must not block.

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "common/core/clock.h"
#include "common/core/mutex.h"
#include "common/core/result.h"

namespace sonde::loop {

using Callback = std::function<void()>;
// `events` is what epoll reported (EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP).
using DescriptorCallback = std::function<void(uint32_t events)>;

// Names a timer by its place among the pending ones: its time, then the order of making.
struct TimerId {
  int64_t due_ns = 0;
  uint64_t number = 0;  // 0 names no timer
  static const TimerId None;
  friend auto operator<=>(const TimerId&, const TimerId&) = default;
};
inline constexpr TimerId TimerId::None{};

class EventLoop {
  struct Private {};  // Only make() can name it.

 public:
  EventLoop(Private, const Clock& clock, int epoll_fd, int wake_fd);
  static Result<std::unique_ptr<EventLoop>> make(const Clock& clock);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Watches `fd` (level-triggered) until unwatch(); the descriptor stays the caller's. A callback may unwatch
  // any descriptor, itself included.
  Status watch(int fd, uint32_t events, DescriptorCallback callback);
  Status rewatch(int fd, uint32_t events);
  void unwatch(int fd);

  // Calls back once, not before the delay has passed. Timers of equal time run in the order they were made.
  TimerId after(std::chrono::nanoseconds delay, Callback callback);
  TimerId at(int64_t monotonic_ns, Callback callback);
  // A timer that has run or was cancelled is no error.
  void cancel(TimerId timer);

  // From any thread: runs `callback` on the loop's thread soon.
  void post(Callback callback);

  // Runs until stop(). What was posted before stop() still runs.
  void run();
  void stop();

  const Clock& clock() const { return clock_; }

 private:
  struct Watch;
  Status control(int operation, int fd, uint32_t events, uint32_t generation);
  int timeout_ms() const;
  void dispatch(uint64_t key, uint32_t events);
  void run_timers();
  // Runs what was posted; false once stop() was called and nothing is left.
  bool run_posted();
  void wake();

  const Clock& clock_;
  int epoll_fd_;
  int wake_fd_;
  // All below but what the mutex guards is owned by the loop's thread.
  uint64_t next_timer_number_ = 1;
  int64_t round_ns_ = 0;  // when timers were last looked at; the due ones have run or run now
  uint32_t next_generation_ = 1;  // Tells a watch from an earlier one of the same descriptor number.
  std::map<TimerId, Callback> timers_;
  std::unordered_map<int, std::shared_ptr<Watch>> watches_;  // Shared: a callback may drop its own watch.
  std::vector<Callback> running_;                            // run_posted's, kept for its memory
  Mutex mutex_;
  std::vector<Callback> posted_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace sonde::loop
