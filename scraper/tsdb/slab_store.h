#pragma once
// Where sealed slabs live: head files, appended with plain writes, mapped for reading, never synced (after a
// crash the log has the rows) and deleted when a block has them. So they are page cache and not anonymous
// memory. When a write fails the slab is kept in memory instead. Under the shard's mutex; the bytes it hands
// out may be read by any thread.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/io/file_system.h"
#include "scraper/tsdb/file_names.h"

namespace sonde::tsdb {

inline constexpr uint64_t kHeadFileBytesMax = 256ULL << 20;

class SlabStore {
 public:
  SlabStore(io::FileSystem& files, FileNames names, std::atomic<uint64_t>& next_number)
      : files_(files), names_(std::move(names)), next_number_(next_number) {}
  ~SlabStore();

  // Keeps the bytes until drop_before() a later time. `time_max_ms` is their newest row's.
  const std::byte* store(std::string_view slab, int64_t time_max_ms);
  // Deletes what holds only older slabs. Nobody reads those any more.
  void drop_before(int64_t time_ms);
  // The next slab goes to another file, so that the old one can go at the next block cut.
  void end_file();

  uint64_t file_bytes() const;
  uint64_t memory_bytes() const;

 private:
  struct File {
    std::string path;
    std::unique_ptr<io::WritableFile> file;
    io::MappedFile mapping;
    int64_t time_max_ms = INT64_MIN;
  };
  struct InMemory {
    std::unique_ptr<std::byte[]> bytes;
    size_t size_bytes = 0;
    int64_t time_max_ms = INT64_MIN;
  };

  bool open_file();

  io::FileSystem& files_;
  const FileNames names_;
  std::atomic<uint64_t>& next_number_;
  std::vector<File> head_files_;  // the last one is open when is_open_
  bool is_open_ = false;
  std::vector<InMemory> in_memory_;
};

}  // namespace sonde::tsdb
