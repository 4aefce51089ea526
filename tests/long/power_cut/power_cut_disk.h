#pragma once
// A disk whose power is cut: a FileSystem over a folder of the real one that counts the operations that
// change it, fails all of them from a given one on, and remembers what a disk has to keep: of a file what was
// in it when it was last synced, of a folder the names at its last sync. Of what came later it may keep a
// part: the folder's changes in their order up to any of them, of a file's new bytes any number, with zeros
// behind them where its new length was kept and its bytes were not. Any thread. Files are not opened by two
// names at once, nor renamed from one folder to another.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/io/file_system.h"

namespace sonde::io {

class PowerCutDisk final : public FileSystem {
 public:
  static constexpr uint64_t kNever = UINT64_MAX;

  // `folder` exists and is empty.
  explicit PowerCutDisk(std::string folder) : folder_(std::move(folder)) {}

  // The operation of this number, from 0, and all after it fail and change nothing.
  void cut_at(uint64_t operation);
  // This one alone fails and changes nothing: a disk with a bad moment.
  void fail_at(uint64_t operation);
  uint64_t operation_count() const;
  bool is_off() const;
  // The first that failed, in words.
  std::string failed_operation() const;
  // Writes what is found when the power is back to an empty folder of the real file system.
  Status write_survivors(const std::string& folder, std::mt19937_64& random) const;

  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> open_append(const std::string& path) override;
  Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) override;
  Result<MappedFile> map(const std::string& path, uint64_t size_bytes) override;
  Status make_directories(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status link(const std::string& from, const std::string& to) override;
  Result<uint64_t> capacity_bytes(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path, std::string_view holder) override;

 private:
  class File;
  struct Node;
  using Entries = std::map<std::string, std::shared_ptr<Node>, std::less<>>;
  // A name that leads elsewhere now, or nowhere; `old_name` leads nowhere any more.
  struct Change {
    std::string name;
    std::shared_ptr<Node> node;
    std::string old_name;
  };
  struct Node {
    bool is_folder = false;
    Entries entries;
    Entries synced_entries;
    std::vector<Change> changes;  // since then
    std::string bytes;
    std::string synced_bytes;
  };
  struct Place {
    Node* folder = nullptr;
    std::string name;
  };

  Status begin_operation(const char* verb, const std::string& path);
  Place place_of(const std::string& path);
  std::shared_ptr<Node> node_at(const std::string& path);
  static void apply(Entries& entries, const Change& change);
  static void change(Node& folder, Change change);
  Result<std::unique_ptr<WritableFile>> open(const std::string& path, bool empties);
  static Status write_node(const Node& node, const std::string& path, std::mt19937_64& random);

  const std::string folder_;
  FileSystem& real_ = real_file_system();
  mutable std::mutex mutex_;
  Node root_{
      .is_folder = true, .entries = {}, .synced_entries = {}, .changes = {}, .bytes = {}, .synced_bytes = {}};
  uint64_t operations_ = 0;
  uint64_t cut_at_ = kNever;
  uint64_t fail_at_ = kNever;
  std::string failed_operation_;
};

}  // namespace sonde::io
