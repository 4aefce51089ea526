#pragma once
// Neumaier's compensated sum, in the reference's order of operations, so that results agree to the last bit.

#include <cmath>

namespace sonde::promql {

struct KahanSum {
  double sum = 0;
  double correction = 0;

  void add(double value) {
    const double next = sum + value;
    if (std::isinf(next)) {
      correction = 0;
    } else if (std::fabs(sum) >= std::fabs(value)) {
      correction += (sum - next) + value;
    } else {
      correction += (value - next) + sum;
    }
    sum = next;
  }
  double total() const { return sum + correction; }
};

// The mean by a compensated sum; once that overflows, by moving the mean itself.
class KahanMean {
 public:
  void add(double value) {
    count_ += 1;
    if (count_ == 1) {
      state_.sum = value;
      return;
    }
    if (!incremental_) {
      KahanSum next = state_;
      next.add(value);
      if (!std::isinf(next.sum)) {
        state_ = next;
        return;
      }
      incremental_ = true;
      state_.sum /= count_ - 1;
      state_.correction /= count_ - 1;
    }
    const double keep = (count_ - 1) / count_;
    state_.sum *= keep;
    state_.correction *= keep;
    state_.add(value / count_);
  }
  double mean() const {
    return incremental_ ? state_.total() : state_.sum / count_ + state_.correction / count_;
  }

 private:
  KahanSum state_;
  double count_ = 0;
  bool incremental_ = false;
};

}  // namespace sonde::promql
