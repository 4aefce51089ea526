// Two vectors. Every row gets the number of its match group; groups are combined one by one, the common case
// of one row on each side without looking at single steps.
#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "scraper/promql/binary_operators.h"
#include "scraper/promql/function_call.h"

namespace sonde::promql {
namespace {

struct MatchGroup {
  Labels labels;
  std::vector<size_t> left;
  std::vector<size_t> right;
};

class Matcher2 {
 public:
  explicit Matcher2(const VectorMatching& matching) : names_(matching.labels), on_(matching.on) {
    if (!on_) names_.emplace_back(kMetricName);
    std::ranges::sort(names_);
  }

  // The labels that take part in matching.
  Labels matched(const Labels& labels) const {
    std::vector<Label> kept;
    for (const Label& label : labels) {
      if (std::ranges::binary_search(names_, label.name) == on_) kept.push_back(label);
    }
    return Labels(std::move(kept));
  }

  std::vector<MatchGroup> match(const Tile& left, const Tile& right) const {
    std::vector<MatchGroup> groups;
    std::unordered_map<Labels, size_t, LabelsHash> index;
    const auto group_of = [&](const Labels& labels) -> MatchGroup& {
      Labels key = matched(labels);
      const auto [at, is_new] = index.try_emplace(std::move(key), groups.size());
      if (is_new) groups.push_back({at->first, {}, {}});
      return groups[at->second];
    };
    for (size_t row = 0; row < left.rows(); ++row) group_of(left.labels(row)).left.push_back(row);
    for (size_t row = 0; row < right.rows(); ++row) group_of(right.labels(row)).right.push_back(row);
    return groups;
  }

 private:
  std::vector<std::string> names_;  // sorted
  bool on_;
};

std::string braced(const Labels& labels) {
  std::string out = "{";
  for (const Label& label : labels) {
    if (out.size() > 1) out += ", ";
    const std::string pair =
        Labels{Label{label.name == kMetricName ? "x" : label.name, label.value}}.to_string();
    // to_string() would write the name before the braces.
    out += label.name == kMetricName ? std::string(kMetricName) + pair.substr(2, pair.size() - 3)
                                     : pair.substr(1, pair.size() - 2);
  }
  return out + "}";
}

std::vector<uint64_t> any_of(const Tile& tile, std::span<const size_t> rows) {
  std::vector<uint64_t> out(tile.words());
  for (const size_t row : rows) {
    for (size_t word = 0; word < out.size(); ++word) out[word] |= tile.bits(row)[word];
  }
  return out;
}

void mask_rows(Tile& tile, std::span<const size_t> rows, std::span<const uint64_t> bits, bool keep) {
  for (const size_t row : rows) {
    for (size_t word = 0; word < bits.size(); ++word) tile.bits(row)[word] &= keep ? bits[word] : ~bits[word];
  }
}

Result<Tile> combine_sets(BinaryOp op, const Matcher2& matcher, Tile left, Tile right) {
  for (const MatchGroup& group : matcher.match(left, right)) {
    if (op == BinaryOp::Or) {
      mask_rows(right, group.right, any_of(left, group.left), false);
    } else {
      mask_rows(left, group.left, any_of(right, group.right), op == BinaryOp::And);
    }
  }
  left.remove_empty_rows();
  if (op != BinaryOp::Or) return left;
  right.remove_empty_rows();
  left.append(std::move(right));
  if (auto status = merge_equal_labels(left); !status) return status.error();
  return left;
}

// Arithmetic and comparisons. `many` is the side whose labels the result has, `one` the other.
class Join {
 public:
  Join(const Binary& binary, const Matcher2& matcher, const Tile& left, const Tile& right)
      : binary_(binary),
        matcher_(matcher),
        swapped_(binary.matching.cardinality == Cardinality::OneToMany),
        many_(swapped_ ? right : left),
        one_(swapped_ ? left : right),
        fill_many_(swapped_ ? binary.matching.fill_right : binary.matching.fill_left),
        fill_one_(swapped_ ? binary.matching.fill_left : binary.matching.fill_right),
        out_(left.steps()),
        any_many_(left.words()) {
    for (size_t row = 0; row < many_.rows(); ++row) {
      for (size_t word = 0; word < any_many_.size(); ++word) any_many_[word] |= many_.bits(row)[word];
    }
  }

  Status add(const MatchGroup& group) {
    const auto& many = swapped_ ? group.right : group.left;
    const auto& one = swapped_ ? group.left : group.right;
    const bool fills = fill_many_ || fill_one_;
    if (!fills && one.size() <= 1) {
      if (one.empty() || many.empty()) return Ok{};
      if (many.size() == 1 || binary_.matching.cardinality != Cardinality::OneToOne) {
        for (const size_t row : many) add_pair(row, one.front());
        return Ok{};
      }
    }
    for (size_t step = 0; step < out_.steps(); ++step) {
      if (auto status = add_step(group.labels, many, one, step); !status) return status;
    }
    pairs_.clear();
    return Ok{};
  }

  Result<Tile> finish() {
    out_.remove_empty_rows();
    if (!merge_equal_labels(out_)) {
      return execution_error(
          binary_.matching.cardinality == Cardinality::OneToOne
              ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
              : "multiple matches for labels: grouping labels must ensure unique matches");
    }
    return std::move(out_);
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  // Sets the result of a step unless a filter drops it.
  void put(size_t row, size_t step, double many, double one) {
    const double left = swapped_ ? one : many;
    const double right = swapped_ ? many : one;
    const double value = apply_operator(binary_.op, left, right);
    if (!is_comparison(binary_.op) || binary_.return_bool) {
      out_.set(row, step, value);
    } else if (value != 0) {
      out_.set(row, step, left);
    }
  }

  void add_pair(size_t many, size_t one) {
    std::vector<uint64_t> both(many_.words());
    for (size_t word = 0; word < both.size(); ++word)
      both[word] = many_.bits(many)[word] & one_.bits(one)[word];
    const size_t row = out_.add_row(result_labels(many_.labels(many), one_.labels(one)));
    for_each_bit(both.data(), many_.steps(),
                 [&](size_t step) { put(row, step, many_.values(many)[step], one_.values(one)[step]); });
  }

  Status add_step(const Labels& labels, std::span<const size_t> many, std::span<const size_t> one,
                  size_t step) {
    size_t found = kNone;
    // Where the other side has nothing at all, not even its duplicates count.
    for (const size_t row : has_bit(any_many_.data(), step) || fill_many_ ? one : std::span<const size_t>()) {
      if (!one_.has(row, step)) continue;
      if (found != kNone) return duplicate_error(labels, one_.labels(found), one_.labels(row));
      found = row;
    }
    if (found == kNone && !fill_one_) return Ok{};
    size_t matched = kNone;
    for (const size_t row : many) {
      if (!many_.has(row, step)) continue;
      if (matched != kNone && binary_.matching.cardinality == Cardinality::OneToOne) {
        return execution_error(
            "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)");
      }
      matched = row;
      put(row_of(labels, row, found), step, many_.values(row)[step],
          found == kNone ? *fill_one_ : one_.values(found)[step]);
    }
    if (matched == kNone && found != kNone && fill_many_) {
      put(row_of(labels, kNone, found), step, *fill_many_, one_.values(found)[step]);
    }
    return Ok{};
  }

  // The result's row of a pair; a side that is filled in has the labels of the group.
  size_t row_of(const Labels& group, size_t many, size_t one) {
    const auto [at, is_new] = pairs_.try_emplace(many * 1'000'003 + one, out_.rows());
    if (is_new) {
      out_.add_row(
          result_labels(many == kNone ? group : many_.labels(many), one == kNone ? group : one_.labels(one)));
    }
    return at->second;
  }

  Labels result_labels(const Labels& many, const Labels& one) const {
    const VectorMatching& matching = binary_.matching;
    Labels labels = many;
    const bool keeps_name = is_comparison(binary_.op) && !binary_.return_bool;
    if (!keeps_name) labels.remove(kMetricName);
    if (matching.cardinality == Cardinality::OneToOne) {
      if (matching.on) {
        labels = matcher_.matched(labels);
      } else {
        for (const std::string& name : matching.labels) labels.remove(name);
      }
    }
    for (const std::string& name : matching.include) labels.set(name, one.get(name));
    return labels;
  }

  Error duplicate_error(const Labels& group, const Labels& a, const Labels& b) const {
    return execution_error("found duplicate series for the match group " + braced(group) + " on the " +
                           (swapped_ ? "left" : "right") + " hand-side of the operation: [" + braced(a) +
                           ", " + braced(b) +
                           "];many-to-many matching not allowed: matching labels must be unique on one side");
  }

  const Binary& binary_;
  const Matcher2& matcher_;
  bool swapped_;
  const Tile& many_;
  const Tile& one_;
  std::optional<double> fill_many_;
  std::optional<double> fill_one_;
  Tile out_;
  std::vector<uint64_t> any_many_;            // steps at which the many side has anything
  std::unordered_map<size_t, size_t> pairs_;  // of the group at hand
};

}  // namespace

Result<Tile> combine_vectors(const Binary& binary, Tile left, Tile right, QueryState& state) {
  const Matcher2 matcher(binary.matching);
  if (is_set_operator(binary.op)) return combine_sets(binary.op, matcher, std::move(left), std::move(right));
  if (!has_float_result(binary.op)) return Tile(left.steps());
  Join join(binary, matcher, left, right);
  for (const MatchGroup& group : matcher.match(left, right)) {
    if (auto status = state.check(); !status) return status.error();
    if (auto status = join.add(group); !status) return status.error();
  }
  return join.finish();
}

}  // namespace sonde::promql
