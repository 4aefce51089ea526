#pragma once
// A target's groups in the database: turns the values of a body into rows, ends series that are gone. One per
// loop, on its shard's thread.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scraper/scrape/body_reader.h"
#include "scraper/scrape/group_claims.h"
#include "scraper/scrape/memo.h"
#include "scraper/scrape/sample_rules.h"
#include "scraper/storage/open_group.h"
#include "scraper/storage/sample_sink.h"

namespace sonde::scrape {

using Reports = std::array<double, kReportsMax>;

// What the database did not take, in samples.
struct RowCounts {
  size_t out_of_order = 0;
  size_t duplicate = 0;
  size_t out_of_bounds = 0;
};

class TargetRows {
 public:
  struct Context {
    storage::SampleSink& sink;
    GroupClaims& claims;
    uint64_t loop_id = 0;
  };
  TargetRows(Context context, Labels target, bool track_timestamps_staleness);
  ~TargetRows();
  TargetRows(const TargetRows&) = delete;
  TargetRows& operator=(const TargetRows&) = delete;

  // Takes the target's own group. False while another target with the same labels has it.
  bool open();

  // One scrape. Series of earlier ones that are not in it end.
  RowCounts append(const std::shared_ptr<const Memo>& memo, BodyValues& values, const Reports& reports,
                   int64_t timestamp_ms);
  // A failed scrape: all series end but the reports.
  RowCounts append_failed(const Memo& memo, BodyValues& scratch, const Reports& reports,
                          int64_t timestamp_ms);

  // The loop ends: from now on another loop may take the groups over.
  void leave();
  // Ends the series of every group that nobody took over.
  void end(int64_t timestamp_ms);

 private:
  // A group besides the target's own. One of a single series may have several writers, as upstream: two
  // targets that deliver the same series write it in turns.
  struct Stray {
    storage::OpenGroup group;
    bool stamped = false;
    bool owned = false;   // no other loop has claimed it
    bool live = false;    // has series that have not ended
    bool wanted = false;  // by the memo at hand
  };
  // Where a run of stray slots goes.
  struct Route {
    Stray* stray = nullptr;
    storage::ShapePtr shape;
    uint32_t slot_begin = 0;
    uint32_t slot_count = 0;
  };

  void adopt(const std::shared_ptr<const Memo>& memo, int64_t timestamp_ms);
  void add_routes(const StrayGroup& group, int64_t timestamp_ms);
  bool may_be_taken() const;
  bool may_share_group(const Labels& labels) const;
  Stray& open_stray(const Labels& labels, bool stamped, int64_t timestamp_ms);
  bool ends_by_absence(const Stray& stray) const { return !stray.stamped || track_timestamps_staleness_; }
  RowCounts append_main(const Memo& memo, BodyValues& values, const Reports& reports, int64_t timestamp_ms);
  void append_stray(const Route& route, const BodyValues& values, int64_t timestamp_ms, RowCounts& counts);
  void append_stamped(const Route& route, const BodyValues& values, int64_t timestamp_ms, RowCounts& counts);
  void end_stray(Stray& stray, int64_t timestamp_ms);

  const Context context_;
  const Labels target_;
  const bool track_timestamps_staleness_;
  bool opened_ = false;
  storage::OpenGroup group_;
  std::shared_ptr<const Memo> memo_;  // whose routes these are; shared as all memos
  uint64_t taken_count_ = 0;          // of the claims, when the routes were made
  std::map<Labels, Stray> strays_;    // by group labels
  std::vector<Route> routes_;
  std::vector<double> row_;  // scratch of strays, as is the bitmap
  std::vector<uint64_t> absent_;
};

}  // namespace sonde::scrape
