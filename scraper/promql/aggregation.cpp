#include "scraper/promql/aggregation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "scraper/promql/kahan.h"

namespace sonde::promql {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// What one aggregation does to a cell. `first` starts it, `next` adds to it; count is 1 at the first.
struct Cell {
  double& main;
  double& extra;
  double& count;
};

inline void start(AggregateOp op, const Cell& cell, double value) {
  cell.count = 1;
  cell.extra = 0;
  cell.main = value;
  if (op == AggregateOp::Count || op == AggregateOp::Group) cell.main = 1;
  if (op == AggregateOp::Stddev || op == AggregateOp::Stdvar) {
    cell.extra = value;  // the mean; a sum of squares that starts with NaN stays so
    cell.main = std::isfinite(value) ? 0 : kNan;
  }
}

inline void add_to_sum(const Cell& cell, double value) {
  KahanSum sum{cell.main, cell.extra};
  sum.add(value);
  cell.main = sum.sum;
  cell.extra = sum.correction;
}

// Welford's method, not compensated: that is how the reference does it here.
void add_to_deviation(const Cell& cell, double value) {
  cell.count += 1;
  const double delta = value - cell.extra;
  cell.extra += delta / cell.count;
  cell.main += delta * (value - cell.extra);
}

inline void proceed(AggregateOp op, const Cell& cell, double value) {
  switch (op) {
    case AggregateOp::Sum:
      add_to_sum(cell, value);
      return;
    case AggregateOp::Count:
      cell.main += 1;
      return;
    case AggregateOp::Max:
      if (value > cell.main || std::isnan(cell.main)) cell.main = value;
      return;
    case AggregateOp::Min:
      if (value < cell.main || std::isnan(cell.main)) cell.main = value;
      return;
    case AggregateOp::Stddev:
    case AggregateOp::Stdvar:
      add_to_deviation(cell, value);
      return;
    default:
      return;
  }
}

// The mean by a compensated sum; a count below zero says that it has gone over to moving the mean itself.
void add_to_mean(const Cell& cell, double value) {
  const double count = std::fabs(cell.count) + 1;
  KahanSum state{cell.main, cell.extra};
  if (cell.count > 0) {
    KahanSum next = state;
    next.add(value);
    if (!std::isinf(next.sum)) {
      cell.main = next.sum;
      cell.extra = next.correction;
      cell.count = count;
      return;
    }
    state.sum /= count - 1;
    state.correction /= count - 1;
  }
  const double keep = (count - 1) / count;
  state.sum *= keep;
  state.correction *= keep;
  state.add(value / count);
  cell.main = state.sum;
  cell.extra = state.correction;
  cell.count = -count;
}

double result(AggregateOp op, const Cell& cell) {
  switch (op) {
    case AggregateOp::Sum:
      return cell.main + cell.extra;
    case AggregateOp::Avg:
      return cell.count < 0 ? cell.main + cell.extra : cell.main / cell.count + cell.extra / cell.count;
    case AggregateOp::Stdvar:
      return cell.main / cell.count;
    case AggregateOp::Stddev:
      return std::sqrt(cell.main / cell.count);
    default:
      return cell.main;
  }
}

void append_part(std::string& key, std::string_view part) {
  const uint32_t size = static_cast<uint32_t>(part.size());
  key.append(reinterpret_cast<const char*>(&size), sizeof size);
  key += part;
}

}  // namespace

Grouping::Grouping(const Aggregate& aggregate) : names_(aggregate.grouping), without_(aggregate.without) {
  if (without_) names_.emplace_back(kMetricName);
  std::ranges::sort(names_);
}

bool Grouping::keeps(std::string_view name) const {
  return std::ranges::binary_search(names_, name) != without_;
}

size_t Grouping::group_of(const Labels& labels) {
  key_.clear();
  if (without_) {
    for (const Label& label : labels) {
      if (!keeps(label.name)) continue;
      append_part(key_, label.name);
      append_part(key_, label.value);
    }
  } else {
    for (const std::string& name : names_) append_part(key_, labels.get(name));
  }
  const auto [at, is_new] = groups_.try_emplace(key_, labels_.size());
  if (is_new) {
    std::vector<Label> kept;
    for (const Label& label : labels) {
      if (keeps(label.name)) kept.push_back(label);
    }
    labels_.emplace_back(std::move(kept));
  }
  return at->second;
}

bool is_streaming(AggregateOp op) {
  using enum AggregateOp;
  return op == Sum || op == Avg || op == Min || op == Max || op == Count || op == Group || op == Stddev ||
         op == Stdvar;
}

StreamingAggregation::StreamingAggregation(const Aggregate& aggregate, size_t steps)
    : op_(aggregate.op), steps_(steps), grouping_(aggregate), main_(steps) {}

void StreamingAggregation::add(const Tile& tile) {
  for (size_t row = 0; row < tile.rows(); ++row) {
    const size_t group = grouping_.group_of(tile.labels(row));
    if (group == main_.rows()) {
      main_.add_row({});
      extra_.resize(extra_.size() + steps_);
      counts_.resize(counts_.size() + steps_);
    }
    // A name that was to go later goes with its group: `by (__name__)` keeps it until then.
    if (tile.drop_name(row)) main_.set_drop_name(group, true);
    add_row(tile, row, group);
  }
}

namespace {

// The cells of one group, a step each.
struct Cells {
  double* main;
  double* extra;
  double* counts;
};

template <AggregateOp op>
void add_values(const Cells& cells, const uint64_t* seen, const double* values, const uint64_t* bits,
                size_t steps) {
  for (size_t word = 0; word < bit_words(steps); ++word) {
    const uint64_t first = bits[word] & ~seen[word];
    const uint64_t later = bits[word] & seen[word];
    const size_t base = word * 64;
    const size_t width = std::min<size_t>(64, steps - base);
    for_each_bit(&first, width, [&](size_t i) {
      const size_t step = base + i;
      start(op, {cells.main[step], cells.extra[step], cells.counts[step]}, values[step]);
    });
    for_each_bit(&later, width, [&](size_t i) {
      const size_t step = base + i;
      const Cell cell{cells.main[step], cells.extra[step], cells.counts[step]};
      if constexpr (op == AggregateOp::Avg) {
        add_to_mean(cell, values[step]);
      } else {
        proceed(op, cell, values[step]);
      }
    });
  }
}

using AddValues = void (*)(const Cells&, const uint64_t*, const double*, const uint64_t*, size_t);

AddValues add_values_of(AggregateOp op) {
  switch (op) {
    case AggregateOp::Sum:
      return add_values<AggregateOp::Sum>;
    case AggregateOp::Avg:
      return add_values<AggregateOp::Avg>;
    case AggregateOp::Min:
      return add_values<AggregateOp::Min>;
    case AggregateOp::Max:
      return add_values<AggregateOp::Max>;
    case AggregateOp::Count:
      return add_values<AggregateOp::Count>;
    case AggregateOp::Stddev:
      return add_values<AggregateOp::Stddev>;
    case AggregateOp::Stdvar:
      return add_values<AggregateOp::Stdvar>;
    default:
      return add_values<AggregateOp::Group>;
  }
}

}  // namespace

void StreamingAggregation::add_row(const Tile& tile, size_t row, size_t group) {
  const Cells cells{main_.values(group), extra_.data() + group * steps_, counts_.data() + group * steps_};
  add_values_of(op_)(cells, main_.bits(group), tile.values(row), tile.bits(row), steps_);
  for (size_t word = 0; word < tile.words(); ++word) main_.bits(group)[word] |= tile.bits(row)[word];
}

Tile StreamingAggregation::finish() {
  for (size_t group = 0; group < main_.rows(); ++group) {
    main_.labels(group) = grouping_.labels(group);
    double* main = main_.values(group);
    for_each_bit(main_.bits(group), steps_, [&](size_t step) {
      const size_t at = group * steps_ + step;
      main[step] = result(op_, {main[step], extra_[at], counts_[at]});
    });
  }
  return std::move(main_);
}

}  // namespace sonde::promql
