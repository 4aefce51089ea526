#pragma once
// A FileSystem over the real one that fails on command: a full disk, a write that ends half-way, a sync that
// fails. For tests of whatever writes files; any thread.

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/io/file_system.h"

namespace sonde::io {

class FaultFileSystem final : public FileSystem {
 public:
  // From now on writes fail once this many bytes more were written (the last write in part); negative: never.
  void fail_after_bytes(int64_t count) { bytes_left_.store(count); }
  void fail_syncs(bool fail) { fail_syncs_.store(fail); }
  void fail_renames(bool fail) { fail_renames_.store(fail); }
  uint64_t sync_count() const { return sync_count_.load(); }

  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    return wrap(real_.create(path));
  }
  Result<std::unique_ptr<WritableFile>> open_append(const std::string& path) override {
    return wrap(real_.open_append(path));
  }
  Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) override {
    return real_.open_read(path);
  }
  Result<MappedFile> map(const std::string& path, uint64_t size_bytes) override {
    return real_.map(path, size_bytes);
  }
  Status make_directories(const std::string& path) override { return real_.make_directories(path); }
  Status rename(const std::string& from, const std::string& to) override {
    if (fail_renames_.load()) return Error(ErrorCode::Io, "cannot rename " + from + ": made to fail");
    return real_.rename(from, to);
  }
  Status remove(const std::string& path) override { return real_.remove(path); }
  Status link(const std::string& from, const std::string& to) override { return real_.link(from, to); }
  Result<uint64_t> capacity_bytes(const std::string& path) override { return real_.capacity_bytes(path); }
  Status sync_directory(const std::string& path) override { return real_.sync_directory(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return real_.list(path); }
  bool exists(const std::string& path) override { return real_.exists(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path, std::string_view holder) override {
    return real_.lock(path, holder);
  }

 private:
  class File final : public WritableFile {
   public:
    File(FaultFileSystem& files, std::unique_ptr<WritableFile> file)
        : files_(files), file_(std::move(file)) {}
    Status append(Bytes data) override {
      const int64_t left = files_.bytes_left_.load();
      if (left < 0) return file_->append(data);
      const auto part = std::min<size_t>(data.size(), static_cast<size_t>(left));
      files_.bytes_left_.fetch_sub(static_cast<int64_t>(part));
      if (auto written = file_->append(data.first(part)); !written) return written;
      if (part == data.size()) return Ok{};
      return Error(ErrorCode::LimitExceeded, "cannot write: no space left on device");
    }
    Status sync() override {
      files_.sync_count_.fetch_add(1);
      if (files_.fail_syncs_.load()) return Error(ErrorCode::Io, "cannot sync: made to fail");
      return file_->sync();
    }
    uint64_t size() const override { return file_->size(); }
    Status truncate(uint64_t size_bytes) override { return file_->truncate(size_bytes); }

   private:
    FaultFileSystem& files_;
    std::unique_ptr<WritableFile> file_;
  };

  Result<std::unique_ptr<WritableFile>> wrap(Result<std::unique_ptr<WritableFile>> file) {
    if (!file) return file;
    return std::unique_ptr<WritableFile>(std::make_unique<File>(*this, *std::move(file)));
  }

  FileSystem& real_ = real_file_system();
  std::atomic<int64_t> bytes_left_{-1};
  std::atomic<bool> fail_syncs_{false};
  std::atomic<bool> fail_renames_{false};
  std::atomic<uint64_t> sync_count_{0};
};

}  // namespace sonde::io
