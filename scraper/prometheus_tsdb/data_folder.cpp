#include "scraper/prometheus_tsdb/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "scraper/prometheus_tsdb/open_files.h"

namespace sonde::prometheus_tsdb {
namespace {

constexpr std::string_view kCheckpointPrefix = "checkpoint.";
constexpr size_t kUlidLength = 26;

bool is_ulid(std::string_view name) {
  return name.size() == kUlidLength &&
         std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

Result<std::vector<BlockFolder>> read_blocks(io::FileSystem& files, const std::string& path) {
  const auto names = files.list(path);
  if (!names) return names.error();
  std::vector<BlockFolder> out;
  std::set<std::string> replaced;
  for (const std::string& name : *names) {
    const std::string folder = path_in(path, name);
    if (!is_ulid(name) || !files.exists(folder + "/meta.json")) continue;
    const auto text = io::read_file(files, folder + "/meta.json", kMetaBytesMax);
    if (!text) return text.error();
    auto meta = parse_block_meta(*text);
    if (!meta) return meta.error().in(folder + "/meta.json");
    replaced.insert(meta->parents.begin(), meta->parents.end());
    meta->ulid = name;
    out.push_back({folder, *std::move(meta)});
  }
  std::erase_if(out, [&](const BlockFolder& block) {
    return replaced.contains(block.meta.ulid) || block.meta.is_deletable;
  });
  std::ranges::sort(out, {}, [](const BlockFolder& block) {
    return std::tuple(block.meta.time_min_ms, block.meta.time_max_ms, block.meta.ulid);
  });
  return out;
}

// The newest checkpoint holds what still counts of the segments up to its number.
Result<std::vector<NumberedFile>> read_log(io::FileSystem& files, const std::string& path) {
  std::vector<NumberedFile> out;
  if (!files.exists(path)) return out;
  const auto names = files.list(path);
  if (!names) return names.error();
  std::optional<uint64_t> checkpoint;
  std::string checkpoint_name;
  for (const std::string& name : *names) {
    if (!name.starts_with(kCheckpointPrefix)) continue;
    const auto number = parse_number(std::string_view(name).substr(kCheckpointPrefix.size()));
    if (!number || (checkpoint && *number < *checkpoint)) continue;
    checkpoint = number;
    checkpoint_name = name;
  }
  if (checkpoint) {
    auto segments = list_numbered(files, path + "/" + checkpoint_name);
    if (!segments) return segments;
    out = *std::move(segments);
  }
  auto segments = list_numbered(files, path);
  if (!segments) return segments;
  for (NumberedFile& segment : *segments) {
    if (!checkpoint || segment.number > *checkpoint) out.push_back(std::move(segment));
  }
  return out;
}

}  // namespace

Result<DataFolder> read_data_folder(io::FileSystem& files, const std::string& path) {
  DataFolder out;
  out.path = path;
  auto blocks = read_blocks(files, path);
  if (!blocks) return blocks.error();
  out.blocks = *std::move(blocks);
  auto log = read_log(files, path + "/wal");
  if (!log) return log.error();
  out.log = *std::move(log);
  auto late_log = list_numbered(files, path + "/wbl");
  if (!late_log) return late_log.error();
  out.late_log = *std::move(late_log);
  auto head_chunks = list_numbered(files, path + "/chunks_head");
  if (!head_chunks) return head_chunks.error();
  out.head_chunks = *std::move(head_chunks);
  if (out.blocks.empty() && out.log.empty()) {
    return Error(ErrorCode::NotFound,
                 path +
                     " has neither blocks nor a log of Prometheus: want the folder of its "
                     "--storage.tsdb.path, or a snapshot");
  }
  out.head_begin_ms = std::numeric_limits<int64_t>::min();
  for (const BlockFolder& block : out.blocks) {
    if (block.meta.is_in_order) out.head_begin_ms = std::max(out.head_begin_ms, block.meta.time_max_ms);
  }
  return out;
}

namespace {

Error in_use(const std::string& path, const std::string& who) {
  return {ErrorCode::AlreadyExists,
          path + " is in use by " + who +
              ": stop it, or read a snapshot of it (POST /api/v1/admin/tsdb/snapshot makes one in its folder "
              "snapshots)"};
}

}  // namespace

Result<FolderHold> FolderHold::take(const std::string& path) {
  const std::string file = path + "/lock";
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno != ENOENT && errno != ENOTDIR)
    return Error(ErrorCode::PermissionDenied, "cannot open " + file + ": " + std::strerror(errno));
  FolderHold hold(descriptor);
  if (descriptor >= 0 && ::flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return in_use(path, "a Prometheus, which holds its file lock");
    return Error(ErrorCode::Io, "cannot lock " + file + ": " + std::strerror(errno));
  }
  if (const auto writer = find_writer(path)) return in_use(path, *writer);
  return hold;
}

FolderHold::FolderHold(FolderHold&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderHold::~FolderHold() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace sonde::prometheus_tsdb
