#pragma once
// A group that a writer has opened, closed when the writer lets go of it.

#include <utility>

#include "scraper/storage/sample_sink.h"

namespace sonde::storage {

class OpenGroup {
 public:
  OpenGroup() = default;
  // The sink lives longer than it.
  OpenGroup(SampleSink& sink, const Labels& labels, GroupOptions options)
      : sink_(&sink), id_(sink.open_group(labels, options)) {}
  OpenGroup(OpenGroup&& other) noexcept : sink_(std::exchange(other.sink_, nullptr)), id_(other.id_) {}
  OpenGroup& operator=(OpenGroup&& other) noexcept {
    std::swap(sink_, other.sink_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~OpenGroup() {
    if (sink_ != nullptr) sink_->close_group(id_);
  }

  GroupId id() const { return id_; }

 private:
  SampleSink* sink_ = nullptr;
  GroupId id_{};
};

}  // namespace sonde::storage
