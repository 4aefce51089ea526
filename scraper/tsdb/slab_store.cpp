#include "scraper/tsdb/slab_store.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sonde::tsdb {

SlabStore::~SlabStore() {
  drop_before(INT64_MAX);
}

bool SlabStore::open_file() {
  File opened;
  opened.path = names_.head_file(next_number_.fetch_add(1));
  auto file = files_.create(opened.path);
  if (!file) return false;
  opened.file = *std::move(file);
  auto mapping = files_.map(opened.path, kHeadFileBytesMax);
  if (!mapping) return false;
  opened.mapping = *std::move(mapping);
  head_files_.push_back(std::move(opened));
  is_open_ = true;
  return true;
}

const std::byte* SlabStore::store(std::string_view slab, int64_t time_max_ms) {
  if (is_open_ && head_files_.back().file->size() + slab.size() > kHeadFileBytesMax) is_open_ = false;
  if (is_open_ || open_file()) {
    File& file = head_files_.back();
    const uint64_t offset = file.file->size();
    if (file.file->append(io::as_bytes(slab))) {
      file.time_max_ms = std::max(file.time_max_ms, time_max_ms);
      return file.mapping.data() + offset;
    }
  }
  InMemory& kept = in_memory_.emplace_back();
  kept.bytes = std::make_unique_for_overwrite<std::byte[]>(slab.size());
  kept.size_bytes = slab.size();
  kept.time_max_ms = time_max_ms;
  std::memcpy(kept.bytes.get(), slab.data(), slab.size());
  return kept.bytes.get();
}

void SlabStore::drop_before(int64_t time_ms) {
  if (is_open_ && head_files_.back().time_max_ms < time_ms) is_open_ = false;
  std::erase_if(head_files_, [&](const File& file) {
    if (file.time_max_ms >= time_ms) return false;
    (void)files_.remove(file.path);  // A leftover is removed at the next start.
    return true;
  });
  std::erase_if(in_memory_, [&](const InMemory& kept) { return kept.time_max_ms < time_ms; });
}

void SlabStore::end_file() {
  is_open_ = false;
}

uint64_t SlabStore::file_bytes() const {
  uint64_t bytes = 0;
  for (const File& file : head_files_) bytes += file.file->size();
  return bytes;
}

uint64_t SlabStore::memory_bytes() const {
  uint64_t bytes = 0;
  for (const InMemory& kept : in_memory_) bytes += kept.size_bytes;
  return bytes;
}

}  // namespace sonde::tsdb
