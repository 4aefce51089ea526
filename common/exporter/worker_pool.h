#pragma once
// Threads for collectors that may block: started when needed, few, and replaceable, because a thread in a
// system call on a dead mount cannot be ended. Any thread may call; jobs must not throw.

#include <cstdint>
#include <functional>
#include <memory>

namespace sonde::exporter {

class WorkerPool {
 public:
  static constexpr size_t kWorkersMax = 4;
  static constexpr size_t kAbandonedMax = 4;  // so many hung workers are replaced
  using JobId = uint64_t;

  WorkerPool();
  // Waits a moment for jobs that run; those that hang are left behind.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  JobId submit(std::function<void()> job);

  // Gives up on a job: one that waits is dropped, the worker of one that runs no longer counts.
  enum class Abandoned : uint8_t { Dropped, Running, Finished };
  Abandoned abandon(JobId job);

 private:
  struct State;
  static void* work(void* argument);
  static void start_worker(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;  // Shared with the threads, which may outlive the pool.
};

}  // namespace sonde::exporter
