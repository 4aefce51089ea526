#include "scraper/prometheus_tsdb/head_cursor.h"

#include <utility>

namespace sonde::prometheus_tsdb {

Result<bool> HeadCursor::next() {
  do {
    if (next_place_ == head_.series_count()) return false;
    labels_ = head_.labels_at(next_place_++);
  } while (labels_.empty());
  const size_t place = next_place_ - 1;
  if (place < logged_begin_ + logged_.size()) return true;
  logged_.clear();
  auto logged = head_.read_log(place, window_, samples_max_);
  if (!logged) return logged.error();
  logged_ = *std::move(logged);
  logged_begin_ = place;
  return true;
}

Status HeadCursor::read(std::vector<Sample>& out) {
  const size_t place = next_place_ - 1;
  const size_t begin = out.size();
  const LoggedSamples& logged = logged_[place - logged_begin_];
  // What came in order first: it counts where there is something else of the same time.
  if (auto read = head_.read_chunks(place, false, window_, out); !read) return read;
  out.insert(out.end(), logged.in_order.begin(), logged.in_order.end());
  if (auto read = head_.read_chunks(place, true, window_, out); !read) return read;
  out.insert(out.end(), logged.late.begin(), logged.late.end());
  head_.remove_deleted(place, out, begin);
  return Ok{};
}

}  // namespace sonde::prometheus_tsdb
