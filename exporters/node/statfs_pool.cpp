#include "exporters/node/statfs_pool.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

namespace sonde::node {
namespace {

// A healthy file system answers in microseconds; after this, the other workers help.
constexpr std::chrono::milliseconds kPatience{20};

}  // namespace

// What the asking thread and the workers share. A worker belongs to the batch that it was made in; when a
// batch is given up, its number changes, and its workers end as soon as their call returns.
struct StatfsPool::Shared {
  explicit Shared(Call statfs_call) : call(std::move(statfs_call)) {}

  const Call call;
  std::mutex mutex;  // protects all below; while no job is open, `jobs` is the asking thread's
  std::condition_variable wake_workers;
  std::condition_variable wake_asker;
  std::vector<StatfsJob> jobs;
  size_t next_job = 0;
  size_t open_jobs = 0;  // waiting or running
  size_t workers = 0;    // of this batch number
  uint64_t batch = 0;
  bool stopping = false;
  std::multiset<std::string> stuck;

  // The next job that waits, or jobs.size().
  size_t find_waiting() {
    while (next_job < jobs.size() && jobs[next_job].state != StatfsJob::State::Waiting) ++next_job;
    return next_job;
  }
  void work(uint64_t mine);
};

void StatfsPool::Shared::work(uint64_t mine) {
  std::unique_lock lock(mutex);
  while (true) {
    wake_workers.wait(lock, [&] { return stopping || batch != mine || find_waiting() < jobs.size(); });
    if (stopping || batch != mine) return;
    const size_t index = next_job++;
    jobs[index].state = StatfsJob::State::Running;
    const std::string path = jobs[index].path;
    struct statfs answer {};
    lock.unlock();
    const int failure = call(path.c_str(), &answer) == 0 ? 0 : errno;
    lock.lock();
    if (batch != mine) {  // Left behind; the mount works again.
      if (const auto found = stuck.find(path); found != stuck.end()) stuck.erase(found);
      return;
    }
    jobs[index].answer = answer;
    jobs[index].error_number = failure;
    jobs[index].state = StatfsJob::State::Answered;
    if (--open_jobs == 0) wake_asker.notify_one();
  }
}

StatfsPool::StatfsPool(size_t workers_max, std::chrono::milliseconds timeout, Call call)
    : shared_(std::make_shared<Shared>(call ? std::move(call) : Call(::statfs))),
      workers_max_(std::max<size_t>(workers_max, 1)),
      timeout_(timeout) {}

StatfsPool::~StatfsPool() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->wake_workers.notify_all();
}

const std::vector<StatfsJob>& StatfsPool::ask(const std::vector<std::string>& paths) {
  Shared& shared = *shared_;
  std::unique_lock lock(shared.mutex);
  shared.jobs.resize(paths.size());
  shared.next_job = 0;
  shared.open_jobs = 0;
  const bool may_ask = shared.stuck.size() < kStuckMax;
  for (size_t i = 0; i < paths.size(); ++i) {
    StatfsJob& job = shared.jobs[i];
    job.path = paths[i];
    job.error_number = 0;
    const bool asked = may_ask && !shared.stuck.contains(job.path);
    job.state = asked ? StatfsJob::State::Waiting : StatfsJob::State::TimedOut;
    shared.open_jobs += asked ? 1 : 0;
  }
  if (shared.open_jobs == 0) return shared.jobs;
  const auto deadline = std::chrono::steady_clock::now() + timeout_;
  const auto done = [&] { return shared.open_jobs == 0; };
  add_workers(1);
  shared.wake_workers.notify_one();
  if (shared.wake_asker.wait_for(lock, std::min(kPatience, timeout_), done)) return shared.jobs;
  add_workers(std::min(workers_max_, shared.open_jobs));
  shared.wake_workers.notify_all();
  if (!shared.wake_asker.wait_until(lock, deadline, done)) give_up();
  return shared.jobs;
}

// With the mutex held. Where no thread can be made (TasksMax), the jobs wait for the others or the deadline.
void StatfsPool::add_workers(size_t count) {
  try {
    for (; shared_->workers < count; ++shared_->workers) {
      std::thread([shared = shared_, mine = shared_->batch] { shared->work(mine); }).detach();
    }
  } catch (const std::system_error&) {
    return;
  }
}

// With the mutex held: what runs is stuck, what waits had no chance and is asked again next time.
void StatfsPool::give_up() {
  Shared& shared = *shared_;
  for (StatfsJob& job : shared.jobs) {
    if (job.state == StatfsJob::State::Running) shared.stuck.insert(job.path);
    if (job.state != StatfsJob::State::Answered) job.state = StatfsJob::State::TimedOut;
  }
  shared.open_jobs = 0;
  shared.workers = 0;
  ++shared.batch;
  shared.wake_workers.notify_all();
}

size_t StatfsPool::stuck_count() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->stuck.size();
}

}  // namespace sonde::node
