// CollectorSet: which collectors a scrape runs, where, and what becomes of those that do not return.

#include <algorithm>
#include <utility>

#include "common/core/mutex.h"
#include "common/exporter/frame.h"
#include "common/exporter/worker_pool.h"

namespace sonde::exporter {
namespace {

// What one run of a collector gave. Shared by the scrapes that wait for it; written again when none does.
struct Outcome {
  MetricSink sink;
  double duration_seconds = 0;
  std::optional<Error> error;
};

struct Scrape;

// A collector and its state. Shared with the worker that runs it, which may never come back.
struct Slot {
  CollectorEntry entry;
  std::shared_ptr<Outcome> outcome;  // the last or the current run's
  bool running = false;              // on a worker
  bool late = false;                 // past its deadline; not started again until it returns
  WorkerPool::JobId job = 0;
  std::vector<std::shared_ptr<Scrape>> waiting;
};

// One page on its way.
struct Scrape {
  std::vector<std::shared_ptr<Slot>> slots;
  std::vector<std::shared_ptr<Outcome>> outcomes;  // parallel to slots; nullptr: not back
  size_t pending = 0;
  int64_t begun_ns = 0;
  std::vector<size_t> here;  // the slots that this thread runs
  loop::EventLoop* loop = nullptr;
  loop::TimerId deadline = loop::TimerId::None;
  std::function<void(std::string page)> done;
};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

class CollectorSet::Impl {
 public:
  Impl(std::vector<CollectorEntry> collectors, Names names, const Clock& clock, Logger& logger,
       WorkerPool& workers)
      : names_(names), clock_(clock), logger_(logger), workers_(workers), gate_(std::make_shared<Gate>()) {
    gate_->owner = this;
    for (CollectorEntry& entry : collectors) {
      slots_.push_back(std::make_shared<Slot>());
      slots_.back()->entry = std::move(entry);
    }
  }

  ~Impl() {
    // Scrapes under way and their slots hold each other.
    for (const auto& slot : slots_) slot->waiting.clear();
    const MutexLock lock(gate_->mutex);
    gate_->owner = nullptr;
  }

  void set_disabled(std::vector<std::string> names) { disabled_ = std::move(names); }

  Status check(const Selection& selection) const {
    if (!selection.include.empty() && !selection.exclude.empty()) {
      return Error(ErrorCode::InvalidArgument, "collect[] and exclude[] cannot be combined");
    }
    for (const std::string& name : selection.include) {
      const bool known =
          std::ranges::any_of(slots_, [&](const auto& slot) { return slot->entry.name == name; });
      if (known) continue;
      const std::string_view why = contains(disabled_, name) ? "disabled" : "missing";
      return Error(ErrorCode::InvalidArgument, std::string(why) + " collector: " + name);
    }
    return Ok{};
  }

  void collect(loop::EventLoop& loop, const Selection& selection, int64_t deadline_monotonic_ns,
               std::function<void(std::string page)> done) {
    auto scrape = std::make_shared<Scrape>();
    scrape->loop = &loop;
    scrape->begun_ns = clock_.monotonic_ns();
    scrape->done = std::move(done);
    for (const auto& slot : slots_) {
      const bool wanted = selection.include.empty() ? !contains(selection.exclude, slot->entry.name)
                                                    : contains(selection.include, slot->entry.name);
      if (wanted) scrape->slots.push_back(slot);
    }
    scrape->outcomes.resize(scrape->slots.size());
    // Those on workers first: they run while this thread does the others.
    for (size_t i = 0; i < scrape->slots.size(); ++i) {
      if (needs_worker(*scrape->slots[i])) {
        start_on_worker(scrape->slots[i], scrape);
      } else {
        scrape->here.push_back(i);
      }
    }
    for (const size_t i : scrape->here) scrape->outcomes[i] = run_here(*scrape->slots[i]);
    if (scrape->pending == 0) return finish(*scrape);
    scrape->deadline = loop.at(deadline_monotonic_ns, [this, scrape] { give_up(*scrape); });
  }

 private:
  // Lets a worker that returns find out whether the set still lives.
  struct Gate {
    Mutex mutex;
    Impl* owner GUARDED_BY(mutex) = nullptr;
  };

  static bool needs_worker(Slot& slot) {
    return slot.entry.may_block && (slot.running || slot.entry.collector->may_block());
  }

  static std::shared_ptr<Outcome> fresh_outcome(Slot& slot) {
    if (!slot.outcome || slot.outcome.use_count() > 1) slot.outcome = std::make_shared<Outcome>();
    slot.outcome->sink.clear();
    slot.outcome->error.reset();
    return slot.outcome;
  }

  static void run(Collector& collector, Outcome& outcome) {
    auto status = collector.collect(outcome.sink);
    if (!status) outcome.error = status.error();
  }

  double seconds_since(int64_t begun_ns) const {
    return static_cast<double>(clock_.monotonic_ns() - begun_ns) / 1e9;
  }

  std::shared_ptr<Outcome> run_here(Slot& slot) {
    auto outcome = fresh_outcome(slot);
    const int64_t begun_ns = clock_.monotonic_ns();
    run(*slot.entry.collector, *outcome);
    outcome->duration_seconds = seconds_since(begun_ns);
    log(slot, *outcome);
    return outcome;
  }

  // A scrape that comes while the collector runs for another shares that run.
  void start_on_worker(const std::shared_ptr<Slot>& slot, const std::shared_ptr<Scrape>& scrape) {
    if (slot->late) return;
    slot->waiting.push_back(scrape);
    ++scrape->pending;
    if (slot->running) return;
    slot->running = true;
    auto outcome = fresh_outcome(*slot);
    slot->job =
        workers_.submit([slot, outcome, gate = gate_, loop = scrape->loop, begun_ns = clock_.monotonic_ns()] {
          run(*slot->entry.collector, *outcome);
          const MutexLock lock(gate->mutex);
          if (gate->owner == nullptr) return;
          outcome->duration_seconds = gate->owner->seconds_since(begun_ns);
          loop->post([slot, outcome, gate] {
            Impl* owner = nullptr;
            {
              const MutexLock again(gate->mutex);
              owner = gate->owner;
            }
            // Only this thread makes the owner go away, so that it cannot do so now.
            if (owner != nullptr) owner->returned(slot, outcome);
          });
        });
  }

  void returned(const std::shared_ptr<Slot>& slot, const std::shared_ptr<Outcome>& outcome) {
    slot->running = false;
    if (slot->late) {
      slot->late = false;
      logger_.info(
          "collector returned after its deadline",
          {{"name", slot->entry.name}, {"duration_seconds", std::to_string(outcome->duration_seconds)}});
    }
    log(*slot, *outcome);
    const auto waiting = std::move(slot->waiting);
    slot->waiting.clear();
    for (const auto& scrape : waiting) {
      const auto place = std::ranges::find(scrape->slots, slot) - scrape->slots.begin();
      scrape->outcomes[static_cast<size_t>(place)] = outcome;
      if (--scrape->pending == 0) finish(*scrape);
    }
  }

  // The deadline has passed: what is not back is left out.
  void give_up(Scrape& scrape) {
    for (size_t i = 0; i < scrape.slots.size(); ++i) {
      Slot& slot = *scrape.slots[i];
      if (scrape.outcomes[i] || !slot.running) continue;
      std::erase_if(slot.waiting, [&](const auto& waiting) { return waiting.get() == &scrape; });
      // Where another scrape waits longer, its deadline decides.
      if (slot.late || !slot.waiting.empty()) continue;
      const WorkerPool::Abandoned how = workers_.abandon(slot.job);
      if (how == WorkerPool::Abandoned::Finished) continue;  // returned() is on its way.
      slot.late = how == WorkerPool::Abandoned::Running;
      if (!slot.late) slot.running = false;  // It was still in the queue: no worker was free.
      logger_.warn("collector is past its deadline and left out",
                   {{"name", slot.entry.name}, {"started", slot.late ? "true" : "false"}});
    }
    scrape.deadline = loop::TimerId::None;
    finish(scrape);
  }

  void finish(Scrape& scrape) {
    scrape.loop->cancel(scrape.deadline);
    own_.clear();
    sinks_.clear();
    for (size_t i = 0; i < scrape.slots.size(); ++i) {
      const Outcome* outcome = scrape.outcomes[i].get();
      const bool success = outcome != nullptr && !outcome->error;
      const double seconds = outcome != nullptr ? outcome->duration_seconds : seconds_since(scrape.begun_ns);
      const std::string& name = scrape.slots[i]->entry.name;
      if (names_.duration != nullptr) own_.sample(*names_.duration, {name}, seconds);
      if (names_.success != nullptr) own_.sample(*names_.success, {name}, success ? 1 : 0);
      if (outcome != nullptr) sinks_.push_back(&outcome->sink);
    }
    sinks_.push_back(&own_);
    std::string page;
    page.reserve(page_bytes_ + page_bytes_ / 16);
    joiner_.join(sinks_, page);
    page_bytes_ = page.size();
    scrape.done(std::move(page));
  }

  void log(const Slot& slot, const Outcome& outcome) {
    if (!outcome.error) return;
    const bool absent = outcome.error->code() == ErrorCode::NotFound;
    if (absent && !logger_.enabled(LogLevel::Debug)) return;
    const std::initializer_list<LogField> fields{
        {"name", slot.entry.name},
        {"duration_seconds", std::to_string(outcome.duration_seconds)},
        {"err", outcome.error->message()}};
    if (absent) {
      logger_.debug("collector returned no data", fields);
    } else {
      logger_.error("collector failed", fields);
    }
  }

  const Names names_;
  const Clock& clock_;
  Logger& logger_;
  WorkerPool& workers_;
  std::shared_ptr<Gate> gate_;  // Shared with the jobs.
  std::vector<std::shared_ptr<Slot>> slots_;
  std::vector<std::string> disabled_;
  MetricSink own_;
  std::vector<const MetricSink*> sinks_;
  exposition::PageJoiner joiner_;
  size_t page_bytes_ = 0;  // of the last page
};

CollectorSet::CollectorSet(std::vector<CollectorEntry> collectors, Names names, const Clock& clock,
                           Logger& logger, WorkerPool& workers)
    : impl_(std::make_unique<Impl>(std::move(collectors), names, clock, logger, workers)) {}

CollectorSet::~CollectorSet() = default;

void CollectorSet::set_disabled(std::vector<std::string> names) {
  impl_->set_disabled(std::move(names));
}

Status CollectorSet::check(const Selection& selection) const {
  return impl_->check(selection);
}

void CollectorSet::collect(loop::EventLoop& loop, const Selection& selection, int64_t deadline_monotonic_ns,
                           std::function<void(std::string page)> done) {
  impl_->collect(loop, selection, deadline_monotonic_ns, std::move(done));
}

}  // namespace sonde::exporter
