#include "scraper/tsdb/catalog.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/io/atomic_write.h"
#include "common/io/crc32c.h"

namespace sonde::tsdb {
namespace {

constexpr uint64_t kManifestBytesMax = 64 << 20;
constexpr size_t kChecksumDigits = 8;

std::string block_line(std::string_view name, int64_t start_ms) {
  return "block " + std::string(name) + " " + std::to_string(start_ms);
}

}  // namespace

std::string manifest_line(std::string_view text) {
  std::array<char, kChecksumDigits + 1> digits;
  (void)std::snprintf(digits.data(), digits.size(), "%08x", io::crc32c(io::as_bytes(text)));
  return std::string(digits.data()) + " " + std::string(text);
}

std::string_view check_manifest_line(std::string_view line) {
  if (line.size() <= kChecksumDigits) return {};
  const std::string_view text = line.substr(kChecksumDigits + 1);
  return manifest_line(text) == line ? text : std::string_view();
}

Status Catalog::read_manifest(std::vector<std::string>& listed) {
  if (!files_.exists(names_.manifest())) return Ok{};
  auto content = read_file(files_, names_.manifest(), kManifestBytesMax);
  if (!content) return content.error();
  for (const std::string_view line : split(*content, '\n')) {
    if (line.empty()) continue;
    const std::string_view text = check_manifest_line(line);
    const auto fields = split(text, ' ');
    if (fields.size() == 3 && fields[0] == "block") {
      listed.emplace_back(fields[1]);
      manifest_start_ms_ = std::max(manifest_start_ms_, parse_integer(fields[2]).value_or(INT64_MIN));
    } else if (fields.size() == 2 && fields[0] == "drop") {
      std::erase(listed, fields[1]);
    } else if (fields.size() == 2 && fields[0] == "start") {
      manifest_start_ms_ = std::max(manifest_start_ms_, parse_integer(fields[1]).value_or(INT64_MIN));
    } else {
      logger_.warn("a line of the MANIFEST is damaged and passed over", {{"line", quoted(line)}});
    }
  }
  return Ok{};
}

Status Catalog::open() {
  std::vector<std::string> listed;
  if (auto read = read_manifest(listed); !read) return read;
  auto entries = files_.list(names_.blocks());
  if (!entries) return entries.error();
  BlockSet set;
  for (const std::string& name : *entries) {
    if (name.ends_with(kTemporarySuffix)) {
      (void)files_.remove(names_.block(name));
      continue;
    }
    if (!name.ends_with(kBlockSuffix)) continue;
    auto reader = BlockReader::open(files_, names_.block(name));
    if (!reader) {
      logger_.error("a block cannot be opened: its samples are missing", {{"err", reader.error().message()}});
      continue;
    }
    const bool is_listed = std::ranges::find(listed, name) != listed.end();
    if (!is_listed && (*reader)->info().source == BlockSource::Head) {
      // A crash came before its line: the log still has its rows. Or after the line that dropped it.
      (void)files_.remove(names_.block(name));
      continue;
    }
    set.blocks.push_back({name, *std::move(reader)});
  }
  std::ranges::sort(set.blocks, {}, [](const OpenBlock& block) { return block.reader->info().time_min_ms; });
  set.start_ms = manifest_start_ms_;
  std::string content;
  if (manifest_start_ms_ != INT64_MIN)
    content += manifest_line("start " + std::to_string(manifest_start_ms_)) + "\n";
  for (const std::string& name : listed)
    content += manifest_line(block_line(name, manifest_start_ms_)) + "\n";
  publish(std::move(set));
  return io::atomic_write(files_, names_.manifest(), content);
}

std::shared_ptr<const BlockSet> Catalog::snapshot() const {
  const MutexLock lock(mutex_);
  return set_;
}

std::string Catalog::next_name(int64_t begin_ms, int64_t end_ms) {
  std::string name;
  do {
    name = std::to_string(begin_ms) + "-" + std::to_string(end_ms) + "-" + std::to_string(next_number_++) +
           std::string(kBlockSuffix);
  } while (files_.exists(names_.block(name)));
  return name;
}

Status Catalog::append_lines(const std::vector<std::string>& lines) {
  auto file = files_.open_append(names_.manifest());
  if (!file) return file.error();
  const uint64_t size_before = (*file)->size();
  std::string text;
  for (const std::string& line : lines) text += manifest_line(line) + "\n";
  auto done = (*file)->append(io::as_bytes(text));
  if (done) done = (*file)->sync();
  // Half a line would hide the next one.
  if (!done) (void)(*file)->truncate(size_before);
  return done;
}

Status Catalog::add(const std::vector<std::string>& names, int64_t start_ms) {
  BlockSet set = *snapshot();
  std::vector<std::string> lines;
  for (const std::string& name : names) {
    auto reader = BlockReader::open(files_, names_.block(name));
    if (!reader) return reader.error();
    set.blocks.push_back({name, *std::move(reader)});
    lines.push_back(block_line(name, start_ms));
  }
  if (auto done = append_lines(lines); !done) return done;
  set.start_ms = std::max(set.start_ms, start_ms);
  std::ranges::sort(set.blocks, {}, [](const OpenBlock& block) { return block.reader->info().time_min_ms; });
  publish(std::move(set));
  return Ok{};
}

Status Catalog::remove(const std::vector<std::string>& names) {
  BlockSet set = *snapshot();
  std::vector<std::string> lines;
  for (const std::string& name : names) lines.push_back("drop " + name);
  if (auto done = append_lines(lines); !done) return done;
  std::erase_if(set.blocks,
                [&](const OpenBlock& block) { return std::ranges::find(names, block.name) != names.end(); });
  publish(std::move(set));
  for (const std::string& name : names) {
    if (auto done = files_.remove(names_.block(name)); !done) return done;
  }
  return Ok{};
}

void Catalog::publish(BlockSet set) {
  auto next = std::make_shared<const BlockSet>(std::move(set));
  const MutexLock lock(mutex_);
  old_sets_.push_back(set_);
  set_ = std::move(next);
}

bool Catalog::has_readers_of_old_sets() {
  const MutexLock lock(mutex_);
  std::erase_if(old_sets_, [](const auto& old) { return old.expired(); });
  return !old_sets_.empty();
}

}  // namespace sonde::tsdb
