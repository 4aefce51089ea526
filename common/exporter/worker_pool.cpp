#include "common/exporter/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <unordered_map>
#include <utility>

#include "common/core/mutex.h"

namespace sonde::exporter {
namespace {

// A default stack reserves 8 MB of address space; a database client needs some tens of kilobytes.
constexpr size_t kStackBytes = 256 * 1024;

}  // namespace

struct WorkerPool::State {
  struct Job {
    JobId id;
    std::function<void()> run;
  };
  explicit State(Limits pool_limits) : limits(pool_limits) {}

  const Limits limits;
  Mutex mutex;
  std::condition_variable_any changed;
  std::deque<Job> waiting GUARDED_BY(mutex);
  std::unordered_map<JobId, bool> running GUARDED_BY(mutex);  // id → abandoned
  size_t worker_count GUARDED_BY(mutex) = 0;                  // without the abandoned ones
  size_t idle_count GUARDED_BY(mutex) = 0;
  size_t abandoned_count GUARDED_BY(mutex) = 0;
  JobId next_id GUARDED_BY(mutex) = 1;
  bool ending GUARDED_BY(mutex) = false;

  bool wants_worker() const REQUIRES(mutex) {
    return !waiting.empty() && waiting.size() > idle_count && worker_count < limits.workers_max &&
           worker_count + abandoned_count < limits.workers_max + limits.abandoned_max;
  }
};

WorkerPool::WorkerPool() : WorkerPool(Limits{}) {}

WorkerPool::WorkerPool(Limits limits) : state_(std::make_shared<State>(limits)) {}

WorkerPool::~WorkerPool() {
  end();
}

bool WorkerPool::end() {
  const auto until = std::chrono::steady_clock::now() + kEndWait;
  std::deque<State::Job> dropped;  // What the jobs hold is let go without the lock.
  const MutexLock lock(state_->mutex);
  const bool again = state_->ending;
  state_->ending = true;
  dropped.swap(state_->waiting);
  state_->changed.notify_all();
  while (!again && state_->worker_count + state_->abandoned_count > 0) {
    if (state_->changed.wait_until(state_->mutex, until) == std::cv_status::timeout) break;
  }
  return state_->worker_count + state_->abandoned_count == 0;
}

void WorkerPool::start_worker(const std::shared_ptr<State>& state) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kStackBytes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread{};
  auto argument = std::make_unique<std::shared_ptr<State>>(state);
  // Where no thread can be made, the job waits for another worker or its deadline.
  if (::pthread_create(&thread, &attributes, &WorkerPool::work, argument.get()) == 0) {
    static_cast<void>(argument.release());  // The thread's now.
  } else {
    const MutexLock lock(state->mutex);
    --state->worker_count;
  }
  ::pthread_attr_destroy(&attributes);
}

void* WorkerPool::work(void* argument) {
  const std::unique_ptr<std::shared_ptr<State>> owned(static_cast<std::shared_ptr<State>*>(argument));
  State& state = **owned;
  const MutexLock lock(state.mutex);
  for (;;) {
    ++state.idle_count;
    while (state.waiting.empty() && !state.ending) state.changed.wait(state.mutex);
    --state.idle_count;
    if (state.ending) break;
    State::Job job = std::move(state.waiting.front());
    state.waiting.pop_front();
    state.running.emplace(job.id, false);
    state.mutex.unlock();
    job.run();
    job.run = nullptr;  // What it holds is let go without the lock.
    state.mutex.lock();
    const bool abandoned = state.running.extract(job.id).mapped();
    if (!abandoned) continue;
    --state.abandoned_count;
    if (state.worker_count >= state.limits.workers_max || state.ending) {  // Its place was taken.
      state.changed.notify_all();
      return nullptr;
    }
    ++state.worker_count;
  }
  --state.worker_count;
  state.changed.notify_all();
  return nullptr;
}

WorkerPool::JobId WorkerPool::submit(std::function<void()> job) {
  JobId id = 0;
  bool start = false;
  {
    const MutexLock lock(state_->mutex);
    id = state_->next_id++;
    if (state_->ending) return id;
    state_->waiting.push_back({id, std::move(job)});
    start = state_->wants_worker();
    if (start) ++state_->worker_count;
    state_->changed.notify_one();
  }
  if (start) start_worker(state_);
  return id;
}

WorkerPool::Abandoned WorkerPool::abandon(JobId job) {
  bool start = false;
  {
    const MutexLock lock(state_->mutex);
    const auto found = state_->running.find(job);
    if (found == state_->running.end()) {
      const size_t dropped =
          std::erase_if(state_->waiting, [job](const State::Job& waiting) { return waiting.id == job; });
      return dropped > 0 ? Abandoned::Dropped : Abandoned::Finished;
    }
    found->second = true;
    --state_->worker_count;
    ++state_->abandoned_count;
    start = state_->wants_worker();
    if (start) ++state_->worker_count;
  }
  if (start) start_worker(state_);
  return Abandoned::Running;
}

}  // namespace sonde::exporter
