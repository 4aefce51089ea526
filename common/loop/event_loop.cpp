#include "common/loop/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "common/core/check.h"

namespace sonde::loop {
namespace {

constexpr int kEventsPerWait = 64;
constexpr int64_t kNsPerMs = 1'000'000;

uint64_t key_of(int fd, uint32_t generation) {
  return uint64_t{generation} << 32 | static_cast<uint32_t>(fd);
}

Error system_error(std::string_view what) {
  return Error(ErrorCode::Io, "cannot " + std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

struct EventLoop::Watch {
  uint32_t generation;
  DescriptorCallback callback;
};

Result<std::unique_ptr<EventLoop>> EventLoop::make(const Clock& clock) {
  const int epoll_fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) return system_error("make an epoll descriptor");
  const int wake_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) {
    Error error = system_error("make an event descriptor");
    ::close(epoll_fd);
    return error;
  }
  auto loop = std::make_unique<EventLoop>(Private{}, clock, epoll_fd, wake_fd);
  auto watched = loop->watch(wake_fd, EPOLLIN, [wake_fd](uint32_t) {
    uint64_t count = 0;
    // The counter is all there is to read; what was posted is run in every round.
    [[maybe_unused]] const ssize_t length = ::read(wake_fd, &count, sizeof count);
  });
  if (!watched) return watched.error();
  return loop;
}

EventLoop::EventLoop(Private, const Clock& clock, int epoll_fd, int wake_fd)
    : clock_(clock), epoll_fd_(epoll_fd), wake_fd_(wake_fd) {}

EventLoop::~EventLoop() {
  ::close(wake_fd_);
  ::close(epoll_fd_);
}

Status EventLoop::control(int operation, int fd, uint32_t events, uint32_t generation) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key_of(fd, generation);
  if (::epoll_ctl(epoll_fd_, operation, fd, &event) != 0) {
    return system_error("watch descriptor " + std::to_string(fd));
  }
  return Ok{};
}

Status EventLoop::watch(int fd, uint32_t events, DescriptorCallback callback) {
  const uint32_t generation = next_generation_++;
  auto added = control(EPOLL_CTL_ADD, fd, events, generation);
  if (!added) return added.error();
  watches_[fd] = std::make_shared<Watch>(Watch{generation, std::move(callback)});
  return Ok{};
}

Status EventLoop::rewatch(int fd, uint32_t events) {
  const auto found = watches_.find(fd);
  check(found != watches_.end(), "rewatch of a descriptor that is not watched");
  return control(EPOLL_CTL_MOD, fd, events, found->second->generation);
}

void EventLoop::unwatch(int fd) {
  if (watches_.erase(fd) == 0) return;
  // Fails when the caller has closed the descriptor already, and then there is nothing left to remove.
  ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
}

TimerId EventLoop::after(std::chrono::nanoseconds delay, Callback callback) {
  return at(clock_.monotonic_ns() + delay.count(), std::move(callback));
}

TimerId EventLoop::at(int64_t monotonic_ns, Callback callback) {
  // Not within the round at hand, so that descriptors and the other timers get their turn.
  const TimerId timer{.due_ns = std::max(monotonic_ns, round_ns_ + 1), .number = next_timer_number_++};
  timers_.emplace(timer, std::move(callback));
  return timer;
}

void EventLoop::cancel(TimerId timer) {
  timers_.erase(timer);
}

void EventLoop::post(Callback callback) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(callback));
  }
  if (first) wake();
}

void EventLoop::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake();
}

void EventLoop::wake() {
  const uint64_t one = 1;
  // A full counter means that the loop is awake already.
  [[maybe_unused]] const ssize_t length = ::write(wake_fd_, &one, sizeof one);
}

int EventLoop::timeout_ms() const {
  if (timers_.empty()) return -1;
  const int64_t left_ns = timers_.begin()->first.due_ns - clock_.monotonic_ns();
  if (left_ns <= 0) return 0;
  // Rounded up, so that the loop does not spin through the last millisecond.
  const int64_t left_ms = (left_ns + kNsPerMs - 1) / kNsPerMs;
  return static_cast<int>(std::min<int64_t>(left_ms, std::numeric_limits<int>::max()));
}

void EventLoop::dispatch(uint64_t key, uint32_t events) {
  const auto found = watches_.find(static_cast<int>(key & 0xFFFFFFFF));
  if (found == watches_.end() || found->second->generation != key >> 32) return;
  const std::shared_ptr<Watch> watch = found->second;
  watch->callback(events);
}

void EventLoop::run_timers() {
  if (timers_.empty()) return;
  round_ns_ = clock_.monotonic_ns();
  for (auto next = timers_.begin(); next != timers_.end() && next->first.due_ns <= round_ns_;
       next = timers_.begin()) {
    const Callback callback = std::move(next->second);
    timers_.erase(next);
    callback();
  }
}

bool EventLoop::run_posted() {
  for (;;) {
    bool stopping = false;
    {
      const MutexLock lock(mutex_);
      running_.swap(posted_);
      stopping = stopping_;
      if (stopping && running_.empty()) {
        stopping_ = false;
        return false;
      }
    }
    for (const Callback& callback : running_) callback();
    running_.clear();
    if (!stopping) return true;
  }
}

void EventLoop::run() {
  std::array<epoll_event, kEventsPerWait> events{};
  while (run_posted()) {
    const int count = ::epoll_wait(epoll_fd_, events.data(), kEventsPerWait, timeout_ms());
    check(count >= 0 || errno == EINTR, "the loop's own epoll descriptor failed");
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      dispatch(event.data.u64, event.events);
    }
    run_timers();
  }
}

}  // namespace sonde::loop
