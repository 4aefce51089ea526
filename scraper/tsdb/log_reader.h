#pragma once
// Reads one log file batch by batch, in bounded memory. What is damaged is passed over up to the next page
// (32 KB), counted, and reported with the next good batch. One thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/tsdb/log_format.h"

namespace sonde::tsdb {

class LogReader {
 public:
  // The file lives as long as the reader.
  explicit LogReader(const io::ReadableFile& file) : file_(file) {}

  // The header; before the first batch.
  Result<LogHeader> read_header();
  // The next whole batch into `batch`; false at the end. An error is the disk's, not the bytes'.
  Result<bool> next(std::string& batch);

  // Damaged stretches so far, a torn end included.
  uint64_t damage_count() const { return damage_count_; }
  // Bytes lost between the last batch and the one before it.
  uint64_t lost_bytes() const { return lost_bytes_; }

 private:
  struct Fragment {
    FragmentKind kind;
    std::string_view data;
  };
  enum class Step : uint8_t { Fragment, Damage, End };

  Result<Step> read_fragment(Fragment& fragment);
  Result<bool> load_page();
  void note_damage(uint64_t bytes);

  const io::ReadableFile& file_;
  std::vector<std::byte> page_ = std::vector<std::byte>(kLogPageBytes);
  size_t page_size_ = 0;
  size_t at_ = 0;        // in the page
  uint64_t offset_ = 0;  // of the next page in the file
  uint64_t damage_count_ = 0;
  uint64_t lost_bytes_ = 0;
  bool in_damage_ = false;  // several bad pages in a row are one damage
};

}  // namespace sonde::tsdb
