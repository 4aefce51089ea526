#pragma once
// Threads for collectors that may block: started when needed, few, and replaceable, because a thread in a
// system call on a dead mount cannot be ended. Any thread may call; jobs must not throw.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace sonde::exporter {

class WorkerPool {
 public:
  struct Limits {
    size_t workers_max = 4;
    size_t abandoned_max = 4;  // so many hung workers are replaced
  };
  using JobId = uint64_t;

  WorkerPool();
  explicit WorkerPool(Limits limits);
  ~WorkerPool();  // As end().
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  JobId submit(std::function<void()> job);

  // Gives up on a job: one that waits is dropped, the worker of one that runs no longer counts.
  enum class Abandoned : uint8_t { Dropped, Running, Finished };
  Abandoned abandon(JobId job);

  // Drops the jobs that wait and waits a moment for those that run, never longer. False when threads are left
  // behind, which still use what their jobs refer to. No job is taken from now on.
  static constexpr std::chrono::milliseconds kEndWait{250};
  bool end();

 private:
  struct State;
  static void* work(void* argument);
  static void start_worker(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;  // Shared with the threads, which may outlive the pool.
};

}  // namespace sonde::exporter
