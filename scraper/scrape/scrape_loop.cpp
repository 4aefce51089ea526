#include "scraper/scrape/scrape_loop.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/exposition/protobuf_reader.h"

namespace sonde::scrape {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// After so many scrapes in a row that found lines elsewhere the memo is made anew in the body's order; then
// after twice as many, and so on: a target that never keeps its order is read through the table.
constexpr uint32_t kPatienceMin = 3;
constexpr uint32_t kPatienceMax = 1024;

int64_t to_ns(std::chrono::milliseconds duration) {
  return std::chrono::nanoseconds(duration).count();
}

std::string seconds_text(std::chrono::milliseconds duration) {
  std::string text;
  append_number_plain(text, std::chrono::duration<double>(duration).count());
  return text;
}

http::FetchRequest make_request(const discovery::Target& target, const PoolContext& pool) {
  http::FetchRequest request;
  request.url = target.url;
  request.headers = pool.headers;
  request.headers.push_back({"X-Prometheus-Scrape-Timeout-Seconds", seconds_text(target.timeout)});
  request.timeout = target.timeout;
  const uint64_t limit = pool.config.scrape.limits.body_size_bytes;
  request.body_bytes_max = limit == 0 ? kScrapeBodyBytesMax : limit;
  request.accept_gzip = pool.config.enable_compression;
  request.unix_socket = target.unix_socket;
  return request;
}

std::string content_type_problem(std::string_view content_type) {
  if (trim(content_type).empty()) {
    return "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified "
           "for target";
  }
  return "received unsupported Content-Type " + quoted(content_type, 200) +
         " and no fallback_scrape_protocol specified for target";
}

bool has_bit(const std::vector<uint64_t>& bits, size_t index) {
  return index / 64 < bits.size() && (bits[index / 64] >> (index % 64) & 1) != 0;
}

size_t count_new_bits(const std::vector<uint64_t>& now, const std::vector<uint64_t>& before) {
  size_t count = 0;
  for (size_t i = 0; i < now.size(); ++i) {
    count += static_cast<size_t>(std::popcount(now[i] & ~(i < before.size() ? before[i] : 0)));
  }
  return count;
}

}  // namespace

ScrapeLoop::ScrapeLoop(const Shared& shared, std::shared_ptr<const PoolContext> pool,
                       discovery::Target target, Identity identity, std::shared_ptr<LoopStatus> status)
    : shared_(shared),
      pool_(std::move(pool)),
      target_(std::move(target)),
      status_(std::move(status)),
      id_(identity.id),
      forced_error_(std::move(identity.forced_error)),
      schedule_(to_ns(target_.interval), target_.hash, identity.server_hash),
      rows_({.sink = shared.sink, .claims = shared.claims, .loop_id = identity.id}, target_.labels,
            pool_->rules.track_timestamps_staleness),
      request_(make_request(target_, *pool_), pool_->client),
      patience_(kPatienceMin) {}

ScrapeLoop::~ScrapeLoop() {
  shared_.loop.cancel(timer_);
  shared_.client.cancel(fetch_);
}

void ScrapeLoop::start() {
  schedule_.start(shared_.loop.clock().wall_ms() * kNsPerMs);
  schedule();
}

void ScrapeLoop::schedule() {
  // The clock cuts to the millisecond below and the loop rounds up to the one above: a millisecond less lands
  // on either side of the time and not always after it.
  const int64_t now_ns = (shared_.loop.clock().wall_ms() + 1) * kNsPerMs;
  const int64_t delay_ns = std::max<int64_t>(schedule_.due_ns() - now_ns, 0);
  timer_ = shared_.loop.after(std::chrono::nanoseconds(delay_ns), [this] {
    timer_ = loop::TimerId::None;
    scrape();
  });
}

void ScrapeLoop::scrape() {
  started_ns_ = shared_.loop.clock().monotonic_ns();
  timestamp_ms_ = schedule_.timestamp_ms(shared_.loop.clock().wall_ms());
  if (!forced_error_.empty()) {
    Outcome outcome;
    outcome.error = Error(ErrorCode::LimitExceeded, forced_error_);
    return finish(std::move(outcome));
  }
  fetch_ = shared_.client.fetch(request_,
                                [this](Result<http::FetchResponse> result) { receive(std::move(result)); });
}

void ScrapeLoop::receive(Result<http::FetchResponse> result) {
  fetch_ = http::FetchId::None;
  Outcome outcome;
  if (!result) {
    outcome.error = result.error();
    if (result.error().code() == ErrorCode::LimitExceeded) {
      shared_.metrics.exceeded_body_size_limit.add();
      outcome.body_bytes = -1;
    }
  } else {
    outcome = read_response(*result);
    shared_.client.recycle(std::move(result->body));
  }
  finish(std::move(outcome));
}

ScrapeLoop::Outcome ScrapeLoop::read_response(const http::FetchResponse& response) {
  Outcome failed;
  if (response.status != 200) {
    failed.error = Error(ErrorCode::Unavailable, "server returned HTTP status " + response.status_text);
    return failed;
  }
  if (response.body.empty()) return read_body({}, exposition::Dialect::Text);
  const std::string_view content_type = response.header("content-type");
  const auto parser = exposition::choose_parser(content_type, pool_->fallback);
  if (!parser) {
    failed.error = Error(ErrorCode::InvalidArgument, content_type_problem(content_type));
    return failed;
  }
  if (*parser == exposition::Parser::Protobuf) {
    std::string page;
    if (auto read = exposition::append_protobuf_as_text(response.body, page); !read) {
      failed.error = read.error();
      return failed;
    }
    return read_body(page, exposition::Dialect::Text);
  }
  return read_body(response.body, *parser == exposition::Parser::Text ? exposition::Dialect::Text
                                                                      : exposition::Dialect::OpenMetrics);
}

MemoContext ScrapeLoop::memo_context() const {
  return {.rules = pool_->rules,
          .target = target_.labels,
          .table = pool_->memos,
          .sink = shared_.sink,
          .report_count = pool_->report_count};
}

// Fills the shard's values and this outcome from the body.
ScrapeLoop::Outcome ScrapeLoop::read_body(std::string_view body, exposition::Dialect dialect) {
  Outcome outcome;
  BodyFit fit = BodyFit::Unknown;
  if (memo_ && memo_->dialect == dialect) fit = read_along(body, outcome);
  if (fit == BodyFit::Unknown && build(body, dialect, outcome)) fit = read_along(body, outcome);
  if (outcome.error) return outcome;
  const BodyValues& values = shared_.values;
  outcome.scraped = values.scraped;
  outcome.kept = values.kept;
  outcome.body_bytes = static_cast<double>(body.size());
  const uint64_t sample_limit = pool_->rules.limits.samples;
  if (sample_limit > 0 && values.kept > sample_limit) {
    shared_.metrics.exceeded_sample_limit.add();
    outcome.error = Error(ErrorCode::LimitExceeded, "sample limit exceeded");
    outcome.body_bytes = 0;
    return outcome;
  }
  outcome.added = count_added();
  counted_memo_ = memo_;
  counted_columns_ = values.present;
  counted_strays_ = values.strays_present;
  if (values.resyncs > 0) {
    refresh_memo(body, dialect);
  } else {
    unfit_scrapes_ = 0;
    patience_ = kPatienceMin;
  }
  return outcome;
}

BodyFit ScrapeLoop::read_along(std::string_view body, Outcome& outcome) {
  BodyReader reader(body, *memo_,
                    {.compare = shared_.compare, .honor_timestamps = pool_->rules.honor_timestamps},
                    shared_.values);
  const BodyFit fit = reader.read();
  if (fit == BodyFit::Broken) {
    outcome.error = reader.error();
    outcome.scraped = shared_.values.scraped;
    outcome.kept = shared_.values.kept;
  }
  return fit;
}

bool ScrapeLoop::build(std::string_view body, exposition::Dialect dialect, Outcome& outcome) {
  BuiltMemo built = build_memo(memo_context(), body, dialect);
  if (built.error) {
    if (built.error->code() == ErrorCode::LimitExceeded) shared_.metrics.exceeded_label_limits.add();
    outcome.scraped = outcome.kept = built.lines_seen;
    outcome.error = std::move(built.error);
    return false;
  }
  memo_ = std::move(built.memo);
  return true;
}

// Makes the memo anew in the order of this body, and reads the values by it again.
void ScrapeLoop::refresh_memo(std::string_view body, exposition::Dialect dialect) {
  if (!shared_.compare || ++unfit_scrapes_ < patience_) return;
  unfit_scrapes_ = 0;
  patience_ = std::min(patience_ * 2, kPatienceMax);
  Outcome outcome;
  if (build(body, dialect, outcome)) read_along(body, outcome);
  counted_memo_ = memo_;
  counted_columns_ = shared_.values.present;
  counted_strays_ = shared_.values.strays_present;
}

// Series that the last good scrape did not have.
size_t ScrapeLoop::count_added() const {
  const BodyValues& values = shared_.values;
  if (memo_ == counted_memo_) {
    return count_new_bits(values.present, counted_columns_) +
           count_new_bits(values.strays_present, counted_strays_);
  }
  std::vector<uint64_t> columns = values.present;
  std::vector<uint64_t> strays = values.strays_present;
  for (size_t i = 0; counted_memo_ && i < memo_->lines.size(); ++i) {
    const auto before = counted_memo_->find(memo_->series(i));
    if (!before) continue;
    const MemoLine& known = counted_memo_->lines[*before];
    const MemoLine& line = memo_->lines[i];
    if (known.kind != line.kind || line.kind == LineKind::Dropped) continue;
    const bool main = line.kind == LineKind::Main;
    if (!has_bit(main ? counted_columns_ : counted_strays_, known.slot)) continue;
    (main ? columns : strays)[line.slot / 64] &= ~(uint64_t{1} << (line.slot % 64));
  }
  return count_new_bits(columns, {}) + count_new_bits(strays, {});
}

Reports ScrapeLoop::make_reports(const Outcome& outcome, double duration_seconds) const {
  Reports reports{};
  const auto set = [&reports](Report report, double value) { reports[static_cast<size_t>(report)] = value; };
  set(Report::Up, outcome.error ? 0 : 1);
  set(Report::Duration, duration_seconds);
  set(Report::SamplesScraped, static_cast<double>(outcome.scraped));
  set(Report::SamplesPostRelabeling, static_cast<double>(outcome.kept));
  set(Report::SeriesAdded, static_cast<double>(outcome.added));
  set(Report::Timeout, std::chrono::duration<double>(target_.timeout).count());
  set(Report::SampleLimit, static_cast<double>(pool_->rules.limits.samples));
  set(Report::BodySize, outcome.body_bytes);
  return reports;
}

void ScrapeLoop::finish(Outcome outcome) {
  const double duration_seconds =
      static_cast<double>(shared_.loop.clock().monotonic_ns() - started_ns_) / 1e9;
  if (!rows_.open()) {
    // Differs: the reference lets two targets write the same series in turns.
    outcome.error =
        Error(ErrorCode::AlreadyExists,
              "another target has the same labels: give one of them a label of its own by relabel_configs");
  } else {
    if (!memo_) memo_ = empty_memo(memo_context());
    const Reports reports = make_reports(outcome, duration_seconds);
    const RowCounts counts = outcome.error
                                 ? rows_.append_failed(*memo_, shared_.values, reports, timestamp_ms_)
                                 : rows_.append(memo_, shared_.values, reports, timestamp_ms_);
    const size_t repeated = outcome.error ? 0 : shared_.values.duplicates;
    shared_.metrics.sample_duplicate.add(static_cast<double>(counts.duplicate + repeated));
    shared_.metrics.sample_out_of_order.add(static_cast<double>(counts.out_of_order));
    shared_.metrics.sample_out_of_bounds.add(static_cast<double>(counts.out_of_bounds));
  }
  scraped_ever_ = true;
  if (outcome.error && shared_.logger.enabled(LogLevel::Debug)) {
    shared_.logger.debug("Scrape failed", {{"scrape_pool", pool_->config.job_name},
                                           {"target", target_.url},
                                           {"err", outcome.error->message()}});
  }
  status_->set({.last_error = outcome.error ? outcome.error->message() : "",
                .last_scrape_ms = timestamp_ms_,
                .last_duration_seconds = duration_seconds,
                .health = outcome.error ? TargetHealth::Down : TargetHealth::Up,
                .memo = outcome.error ? counted_memo_ : memo_});
  schedule_.advance(shared_.loop.clock().wall_ms() * kNsPerMs);
  schedule();
}

void ScrapeLoop::end(std::function<void()> ended) {
  shared_.loop.cancel(timer_);
  shared_.client.cancel(fetch_);
  timer_ = loop::TimerId::None;
  fetch_ = http::FetchId::None;
  rows_.leave();
  if (!scraped_ever_) return ended();
  // The markers carry the time of the scrape that would have come next. They are written when a loop that
  // goes on with these series has had time to scrape twice, and then not at all.
  const int64_t now_ns = shared_.loop.clock().wall_ms() * kNsPerMs;
  const int64_t due_ns = std::max(schedule_.due_ns(), now_ns);
  const int64_t wait_ns = due_ns - now_ns + schedule_.interval_ns() + schedule_.interval_ns() / 10;
  timer_ = shared_.loop.after(std::chrono::nanoseconds(wait_ns), [this, due_ns, ended = std::move(ended)] {
    timer_ = loop::TimerId::None;
    rows_.end(due_ns / kNsPerMs);
    const auto done = ended;  // The loop, and this function object with it, may be gone when it returns.
    done();
  });
}

}  // namespace sonde::scrape
