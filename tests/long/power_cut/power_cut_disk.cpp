#include "tests/long/power_cut/power_cut_disk.h"

#include <algorithm>
#include <filesystem>

#include "common/core/check.h"

namespace sonde::io {

// ---- files

class PowerCutDisk::File final : public WritableFile {
 public:
  File(PowerCutDisk& disk, std::string path, std::shared_ptr<Node> node, std::unique_ptr<WritableFile> file)
      : disk_(disk), path_(std::move(path)), node_(std::move(node)), file_(std::move(file)) {}

  Status append(Bytes data) override {
    const std::lock_guard guard(disk_.mutex_);
    if (auto powered = disk_.begin_operation("append", path_); !powered) return powered;
    node_->bytes += as_text(data);
    return file_->append(data);
  }
  Status sync() override {
    const std::lock_guard guard(disk_.mutex_);
    if (auto powered = disk_.begin_operation("sync", path_); !powered) return powered;
    node_->synced_bytes = node_->bytes;
    return Ok{};
  }
  uint64_t size() const override { return file_->size(); }
  Status truncate(uint64_t size_bytes) override {
    const std::lock_guard guard(disk_.mutex_);
    if (auto powered = disk_.begin_operation("truncate", path_); !powered) return powered;
    node_->bytes.resize(size_bytes);
    return file_->truncate(size_bytes);
  }

 private:
  PowerCutDisk& disk_;
  const std::string path_;
  const std::shared_ptr<Node> node_;
  const std::unique_ptr<WritableFile> file_;
};

// ---- the tree

void PowerCutDisk::cut_at(uint64_t operation) {
  const std::lock_guard guard(mutex_);
  cut_at_ = operation;
}

void PowerCutDisk::fail_at(uint64_t operation) {
  const std::lock_guard guard(mutex_);
  fail_at_ = operation;
}

uint64_t PowerCutDisk::operation_count() const {
  const std::lock_guard guard(mutex_);
  return operations_;
}

std::string PowerCutDisk::failed_operation() const {
  const std::lock_guard guard(mutex_);
  return failed_operation_;
}

bool PowerCutDisk::is_off() const {
  const std::lock_guard guard(mutex_);
  return operations_ > cut_at_;
}

Status PowerCutDisk::begin_operation(const char* verb, const std::string& path) {
  const uint64_t number = operations_++;
  if (number < cut_at_ && number != fail_at_) return Ok{};
  if (failed_operation_.empty()) failed_operation_ = verb + (" " + path.substr(folder_.size()));
  return Error(ErrorCode::Io, number < cut_at_ ? "made to fail" : "the power is off");
}

// The folder has to be there.
PowerCutDisk::Place PowerCutDisk::place_of(const std::string& path) {
  check(path.starts_with(folder_ + "/"), "a path of the disk");
  Node* at = &root_;
  size_t begin = folder_.size() + 1;
  for (size_t end = path.find('/', begin); end != std::string::npos; end = path.find('/', begin)) {
    at = at->entries.at(path.substr(begin, end - begin)).get();
    begin = end + 1;
  }
  return {at, path.substr(begin)};
}

std::shared_ptr<PowerCutDisk::Node> PowerCutDisk::node_at(const std::string& path) {
  const Place place = place_of(path);
  const auto found = place.folder->entries.find(place.name);
  return found == place.folder->entries.end() ? nullptr : found->second;
}

void PowerCutDisk::apply(Entries& entries, const Change& change) {
  if (!change.old_name.empty()) entries.erase(change.old_name);
  if (change.node == nullptr) {
    entries.erase(change.name);
  } else {
    entries[change.name] = change.node;
  }
}

void PowerCutDisk::change(Node& folder, Change change) {
  apply(folder.entries, change);
  folder.changes.push_back(std::move(change));
}

// ---- operations

Result<std::unique_ptr<WritableFile>> PowerCutDisk::open(const std::string& path, bool empties) {
  const std::lock_guard guard(mutex_);
  auto node = node_at(path);
  if (node == nullptr || empties) {
    if (auto powered = begin_operation("create", path); !powered) return powered.error();
  }
  auto file = empties ? real_.create(path) : real_.open_append(path);
  if (!file) return file.error();
  if (node == nullptr) {
    node = std::make_shared<Node>();
    const Place place = place_of(path);
    change(*place.folder, {place.name, node, {}});
  } else if (empties) {
    node->bytes.clear();
  }
  return std::unique_ptr<WritableFile>(
      std::make_unique<File>(*this, path, std::move(node), *std::move(file)));
}

Result<std::unique_ptr<WritableFile>> PowerCutDisk::create(const std::string& path) {
  return open(path, true);
}
Result<std::unique_ptr<WritableFile>> PowerCutDisk::open_append(const std::string& path) {
  return open(path, false);
}
Result<std::unique_ptr<ReadableFile>> PowerCutDisk::open_read(const std::string& path) {
  return real_.open_read(path);
}
Result<MappedFile> PowerCutDisk::map(const std::string& path, uint64_t size_bytes) {
  return real_.map(path, size_bytes);
}

Status PowerCutDisk::make_directories(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (path == folder_) return Ok{};
  for (size_t end = path.find('/', folder_.size() + 1);; end = path.find('/', end + 1)) {
    const std::string upper = path.substr(0, end);
    const Place place = place_of(upper);
    if (!place.folder->entries.contains(place.name)) {
      if (auto powered = begin_operation("make", upper); !powered) return powered;
      auto node = std::make_shared<Node>();
      node->is_folder = true;
      change(*place.folder, {place.name, std::move(node), {}});
      if (auto made = real_.make_directories(upper); !made) return made;
    }
    if (end == std::string::npos) return Ok{};
  }
}

Status PowerCutDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  if (auto powered = begin_operation("rename", from); !powered) return powered;
  if (auto done = real_.rename(from, to); !done) return done;
  const Place old_place = place_of(from);
  const Place new_place = place_of(to);
  check(old_place.folder == new_place.folder, "a file is renamed within its folder");
  change(*new_place.folder, {new_place.name, node_at(from), old_place.name});
  return Ok{};
}

Status PowerCutDisk::remove(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (auto powered = begin_operation("remove", path); !powered) return powered;
  if (auto done = real_.remove(path); !done) return done;
  const Place place = place_of(path);
  change(*place.folder, {place.name, nullptr, {}});
  return Ok{};
}

Status PowerCutDisk::link(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  if (auto powered = begin_operation("link", to); !powered) return powered;
  if (auto done = real_.link(from, to); !done) return done;
  const Place place = place_of(to);
  change(*place.folder, {place.name, node_at(from), {}});
  return Ok{};
}

Status PowerCutDisk::sync_directory(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (auto powered = begin_operation("sync", path); !powered) return powered;
  // The folder above the database's is this one.
  const bool is_root = path == folder_ || std::filesystem::equivalent(path, folder_);
  Node& folder = is_root ? root_ : *node_at(path);
  folder.synced_entries = folder.entries;
  folder.changes.clear();
  return Ok{};
}

Result<uint64_t> PowerCutDisk::capacity_bytes(const std::string& path) {
  return real_.capacity_bytes(path);
}
Result<std::vector<std::string>> PowerCutDisk::list(const std::string& path) {
  return real_.list(path);
}
bool PowerCutDisk::exists(const std::string& path) {
  return real_.exists(path);
}
Result<std::unique_ptr<FileLock>> PowerCutDisk::lock(const std::string& path, std::string_view holder) {
  return real_.lock(path, holder);
}

// ---- after the cut

namespace {

// What is in a file whose newest bytes were not synced.
std::string surviving_bytes(const std::string& synced, const std::string& newest, std::mt19937_64& random) {
  if (newest == synced) return synced;
  if (!newest.starts_with(synced)) return random() % 2 == 0 ? synced : newest;
  const size_t added = newest.size() - synced.size();
  std::string bytes = newest.substr(0, synced.size() + random() % (added + 1));
  if (random() % 3 == 0) bytes.resize(newest.size(), '\0');
  return bytes;
}

}  // namespace

Status PowerCutDisk::write_node(const Node& node, const std::string& path, std::mt19937_64& random) {
  FileSystem& real = real_file_system();
  if (!node.is_folder) {
    auto file = real.create(path);
    if (!file) return file.error();
    return (*file)->append(as_bytes(surviving_bytes(node.synced_bytes, node.bytes, random)));
  }
  if (auto made = real.make_directories(path); !made) return made;
  Entries entries = node.synced_entries;
  const size_t kept = random() % (node.changes.size() + 1);
  for (size_t i = 0; i < kept; ++i) apply(entries, node.changes[i]);
  for (const auto& [name, entry] : entries) {
    std::string below = path;
    below.append("/").append(name);
    if (auto written = write_node(*entry, below, random); !written) return written;
  }
  return Ok{};
}

Status PowerCutDisk::write_survivors(const std::string& folder, std::mt19937_64& random) const {
  const std::lock_guard guard(mutex_);
  return write_node(root_, folder, random);
}

}  // namespace sonde::io
