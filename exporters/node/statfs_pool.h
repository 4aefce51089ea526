#pragma once
// Asks file systems for their sizes without ever waiting for one that hangs: statfs(2) on a dead NFS server
// blocks for as long as the server is away. Threads of its own do the calls; one that does not come back in
// time is left behind with its mount, which counts as stuck until the call returns. ask() is for one thread
// at a time.

#include <sys/vfs.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sonde::node {

// One question and its answer.
struct StatfsJob {
  enum class State : uint8_t { Waiting, Running, Answered, TimedOut };

  std::string path;
  State state = State::Waiting;
  int error_number = 0;  // of an answered job; 0 is success
  struct statfs answer {};
};

class StatfsPool {
 public:
  using Call = std::function<int(const char* path, struct statfs* answer)>;
  // `workers_max` threads ask at the same time; the first does all while file systems answer at once. `call`
  // is statfs(2) unless a test says otherwise.
  StatfsPool(size_t workers_max, std::chrono::milliseconds timeout, Call call = {});
  ~StatfsPool();
  StatfsPool(const StatfsPool&) = delete;
  StatfsPool& operator=(const StatfsPool&) = delete;

  // Answers the questions of `paths` in their order, within about the timeout. A path that is stuck since an
  // earlier call is TimedOut at once. Valid until the next call.
  const std::vector<StatfsJob>& ask(const std::vector<std::string>& paths);

  // Threads that are left behind with a stuck mount.
  size_t stuck_count() const;

  // So many threads may be left behind; then nothing is asked that could hang, and all count as timed out.
  static constexpr size_t kStuckMax = 64;

 private:
  struct Shared;
  void add_workers(size_t count);
  void give_up();

  std::shared_ptr<Shared> shared_;  // Threads that are left behind keep it alive.
  size_t workers_max_;
  std::chrono::milliseconds timeout_;
};

}  // namespace sonde::node
