#include "scraper/api/query_pool.h"

#include <utility>

namespace sonde::api {

QueryPool::QueryPool(size_t threads_max) : threads_max_(threads_max) {}

QueryPool::~QueryPool() {
  std::vector<std::thread> threads;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    jobs_.clear();
    for (Running& running : running_) running.cancelled = true;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void QueryPool::submit(Job job) {
  const MutexLock lock(mutex_);
  jobs_.push_back(std::move(job));
  if (jobs_.size() > idle_ && threads_.size() < threads_max_) threads_.emplace_back([this] { work(); });
  wake_.notify_one();
}

void QueryPool::cancel_abandoned() {
  const MutexLock lock(mutex_);
  for (Running& running : running_) {
    if (running.responder->cancelled()) running.cancelled = true;
  }
}

size_t QueryPool::pending() const {
  const MutexLock lock(mutex_);
  return jobs_.size() + running_.size();
}

void QueryPool::work() {
  mutex_.lock();
  while (!stopping_) {
    if (jobs_.empty()) {
      ++idle_;
      wake_.wait(mutex_);
      --idle_;
      continue;
    }
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    const auto running = running_.emplace(running_.end());
    running->responder = &job.responder;
    mutex_.unlock();
    http::Response response = job.run(job.request, running->cancelled);
    mutex_.lock();
    running_.erase(running);  // From here on nobody else looks at the responder.
    mutex_.unlock();
    job.responder.send(std::move(response));
    mutex_.lock();
  }
  mutex_.unlock();
}

}  // namespace sonde::api
