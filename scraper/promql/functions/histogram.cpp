// Quantiles and fractions of classic histograms: series with a cumulative count each and the bucket's upper
// bound in the label "le". Linear inside a bucket; the lowest starts at 0 if its bound is above 0.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "scraper/promql/functions/functions.h"
#include "scraper/promql/quantile_warning.h"

namespace sonde::promql {
namespace {

constexpr std::string_view kBucketLabel = "le";
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// Dips smaller than this part of the counts come from rounding and not from the data.
constexpr double kSmallDelta = 1e-12;
constexpr size_t kQuotedBytesMax = 1000;

struct Bucket {
  double upper_bound = 0;
  double count = 0;
};

// Rows of one histogram: equal labels but for le (and the name, which stays if its removal is delayed).
struct Histogram {
  Labels labels;
  bool drop_name = false;
  std::string name;
  std::vector<std::pair<double, size_t>> rows;  // upper bound, row; sorted
};

std::vector<Histogram> group_buckets(const Tile& tile, const CallContext& context, ByteRange range) {
  std::vector<Histogram> out;
  std::unordered_map<Labels, size_t, LabelsHash> index;
  for (size_t row = 0; row < tile.rows(); ++row) {
    if (tile.row_is_empty(row)) continue;
    const Labels& labels = tile.labels(row);
    const std::string_view text = labels.get(kBucketLabel);
    const auto bound = parse_number(text);
    if (!bound) {
      std::string warning =
          "bucket label \"le\" is missing or has a malformed value of " + quoted(text, kQuotedBytesMax);
      if (labels.has(kMetricName))
        warning += " for metric name " + quoted(labels.metric_name(), kQuotedBytesMax);
      context.annotations.warn(warning, range);
      continue;
    }
    Labels key = labels;
    key.remove(kBucketLabel);
    if (!context.delayed_name_removal) key.remove(kMetricName);
    const auto [at, is_new] = index.try_emplace(key, out.size());
    if (is_new) out.push_back({key, context.delayed_name_removal, std::string(labels.metric_name()), {}});
    out[at->second].rows.emplace_back(*bound, row);
  }
  for (Histogram& histogram : out)
    std::ranges::stable_sort(histogram.rows, {}, [](const auto& pair) { return pair.first; });
  return out;
}

// The buckets that have a sample at a step, equal bounds added up.
void collect(const Tile& tile, const Histogram& histogram, size_t step, std::vector<Bucket>& out) {
  out.clear();
  for (const auto& [bound, row] : histogram.rows) {
    if (!tile.has(row, step)) continue;
    const double count = tile.values(row)[step];
    if (!out.empty() && out.back().upper_bound == bound) {
      out.back().count += count;
    } else {
      out.push_back({bound, count});
    }
  }
}

bool almost_equal(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  const double sum = std::fabs(a) + std::fabs(b);
  const double difference = std::fabs(a - b);
  constexpr double kMinNormal = std::numeric_limits<double>::min();
  if (a == 0 || b == 0 || sum < kMinNormal) return difference < kSmallDelta * kMinNormal;
  return difference / std::fmin(sum, std::numeric_limits<double>::max()) < kSmallDelta;
}

// Scrapes that caught buckets between two updates can make counts fall; true if one was raised for it.
bool make_monotonic(std::vector<Bucket>& buckets) {
  bool forced = false;
  double before = buckets[0].count;
  for (size_t i = 1; i < buckets.size(); ++i) {
    const double count = buckets[i].count;
    if (count == before) continue;
    if (almost_equal(before, count)) {
      buckets[i].count = before;
    } else if (count < before) {
      buckets[i].count = before;
      forced = true;
    } else {
      before = count;
    }
  }
  return forced;
}

// The buckets are monotonic and end with +Inf.
double bucket_quantile(double q, const std::vector<Bucket>& buckets) {
  if (buckets.size() < 2) return kNan;
  const double observations = buckets.back().count;
  if (observations == 0) return kNan;
  double rank = q * observations;
  const auto found =
      std::find_if(buckets.begin(), buckets.end() - 1, [&](const Bucket& b) { return b.count >= rank; });
  const auto i = static_cast<size_t>(found - buckets.begin());
  if (i == buckets.size() - 1) return buckets[i - 1].upper_bound;
  if (i == 0 && buckets[0].upper_bound <= 0) return buckets[0].upper_bound;
  double start = 0;
  double count = buckets[i].count;
  if (i > 0) {
    start = buckets[i - 1].upper_bound;
    count -= buckets[i - 1].count;
    rank -= buckets[i - 1].count;
  }
  return start + (buckets[i].upper_bound - start) * (rank / count);
}

double quantile_at(double q, std::vector<Bucket>& buckets, bool& forced) {
  if (std::isnan(q)) return kNan;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (buckets.back().upper_bound != kInf) return kNan;
  forced = make_monotonic(buckets) || forced;
  return bucket_quantile(q, buckets);
}

// How many observations lie below `value`.
double rank_of(double value, const std::vector<Bucket>& buckets) {
  double below = 0;
  for (size_t i = 0; i < buckets.size(); ++i) {
    const double upper = buckets[i].upper_bound;
    const double lower = i > 0 ? buckets[i - 1].upper_bound : upper > 0 ? 0 : -kInf;
    if (lower >= value) return below;
    if (upper > value) {
      if (std::isinf(lower)) return buckets[i].count;
      return below + (buckets[i].count - below) * (value - lower) / (upper - lower);
    }
    below = buckets[i].count;
  }
  return below;
}

double bucket_fraction(double lower, double upper, const std::vector<Bucket>& buckets) {
  if (buckets.back().upper_bound != kInf) return kNan;
  const double count = buckets.back().count;
  if (count == 0 || std::isnan(lower) || std::isnan(upper)) return kNan;
  if (lower >= upper) return 0;
  return (std::fmin(rank_of(upper, buckets), count) - std::fmin(rank_of(lower, buckets), count)) / count;
}

void tell_forced(const Histogram& histogram, const CallContext& context, ByteRange range) {
  std::string text =
      "input to histogram_quantile needed to be fixed for monotonicity (see "
      "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)";
  if (!histogram.name.empty()) text += " for metric name " + quoted(histogram.name, kQuotedBytesMax);
  context.annotations.info(text, range);
}

// One output row per histogram: fn(buckets, step) at every step that has any.
template <class Fn>
void fill_row(const Tile& tile, const Histogram& histogram, Labels labels, Tile& out, Fn fn) {
  std::vector<Bucket> buckets;
  const size_t row = out.add_row(std::move(labels), histogram.drop_name);
  for (size_t step = 0; step < tile.steps(); ++step) {
    collect(tile, histogram, step, buckets);
    if (!buckets.empty()) out.set(row, step, fn(buckets, step));
  }
}

void add_quantiles(const Tile& tile, const Histogram& histogram, const Labels& labels,
                   const std::vector<double>& q, Tile& out, const CallContext& context,
                   ByteRange vector_range) {
  bool forced = false;
  fill_row(tile, histogram, labels, out,
           [&](std::vector<Bucket>& buckets, size_t step) { return quantile_at(q[step], buckets, forced); });
  if (forced) tell_forced(histogram, context, vector_range);
}

Result<Value> finish(Tile out) {
  out.remove_empty_rows();
  return Value::vector(std::move(out));
}

}  // namespace

Result<Value> eval_histogram_quantile(std::vector<Value>& args, const CallContext& context) {
  const std::vector<double>& q = args[0].scalar;
  const Tile& tile = args[1].tile;
  for (const double value : q) warn_of_quantile(value, context.call.args[0]->range, context.annotations);
  Tile out(context.grid.count);
  const ByteRange range = context.call.args[1]->range;
  for (const Histogram& histogram : group_buckets(tile, context, range)) {
    add_quantiles(tile, histogram, histogram.labels, q, out, context, range);
  }
  return finish(std::move(out));
}

Result<Value> eval_histogram_quantiles(std::vector<Value>& args, const CallContext& context) {
  const Tile& tile = args[0].tile;
  const std::string& label = args[1].text;
  if (label.empty() || !is_valid_utf8(label)) return execution_error("invalid label name " + quoted(label));
  Tile out(context.grid.count);
  const std::vector<Histogram> histograms = group_buckets(tile, context, context.call.args[0]->range);
  for (size_t i = 2; i < args.size(); ++i) {
    const std::vector<double>& q = args[i].scalar;
    for (const double value : q) warn_of_quantile(value, context.call.args[i]->range, context.annotations);
    std::string text;
    append_number_exposition(text, q.front());
    // As the OpenMetrics format writes floats: "1.0".
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    for (const Histogram& histogram : histograms) {
      Labels labels = histogram.labels;
      labels.set(label, text);
      add_quantiles(tile, histogram, labels, q, out, context, context.call.args[0]->range);
    }
  }
  out.remove_empty_rows();
  if (auto status = check_unique_labels(out); !status) return status.error();
  return Value::vector(std::move(out));
}

Result<Value> eval_histogram_fraction(std::vector<Value>& args, const CallContext& context) {
  const Tile& tile = args[2].tile;
  Tile out(context.grid.count);
  for (const Histogram& histogram : group_buckets(tile, context, context.call.args[2]->range)) {
    fill_row(tile, histogram, histogram.labels, out, [&](std::vector<Bucket>& buckets, size_t step) {
      return bucket_fraction(args[0].scalar[step], args[1].scalar[step], buckets);
    });
  }
  return finish(std::move(out));
}

}  // namespace sonde::promql
