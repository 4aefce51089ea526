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

constexpr std::string_view kNoBlock = "-";

std::string block_line(std::string_view name, int64_t start_ms) {
  return "block " + std::string(name) + " " + std::to_string(start_ms);
}

void sort_by_time(BlockSet& set) {
  std::ranges::stable_sort(set.blocks, {},
                           [](const OpenBlock& block) { return block.reader->info().time_min_ms; });
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

bool Catalog::apply_line(std::string_view text, Listed& listed) {
  const auto fields = split(text, ' ');
  const auto drop = [&](std::string_view name) {
    std::erase(listed.blocks, name);
    listed.gone.emplace_back(name);
  };
  if (fields.size() == 3 && fields[0] == "block") {
    listed.blocks.emplace_back(fields[1]);
    manifest_start_ms_ = std::max(manifest_start_ms_, parse_integer(fields[2]).value_or(INT64_MIN));
  } else if (fields.size() == 2 && fields[0] == "drop") {
    drop(fields[1]);
  } else if (fields.size() == 2 && fields[0] == "start") {
    manifest_start_ms_ = std::max(manifest_start_ms_, parse_integer(fields[1]).value_or(INT64_MIN));
  } else if (fields.size() >= 2 && fields[0] == "cut") {
    manifest_start_ms_ = std::max(manifest_start_ms_, parse_integer(fields[1]).value_or(INT64_MIN));
    listed.blocks.insert(listed.blocks.end(), fields.begin() + 2, fields.end());
  } else if (fields.size() >= 3 && fields[0] == "replace") {
    if (fields[1] != kNoBlock) listed.blocks.emplace_back(fields[1]);
    for (size_t i = 2; i < fields.size(); ++i) drop(fields[i]);
  } else {
    return false;
  }
  return true;
}

Status Catalog::read_manifest(Listed& listed) {
  if (!files_.exists(names_.manifest())) return Ok{};
  auto content = read_file(files_, names_.manifest(), kManifestBytesMax);
  if (!content) return content.error();
  for (const std::string_view line : split(*content, '\n')) {
    if (!line.empty() && !apply_line(check_manifest_line(line), listed)) {
      logger_.warn("a line of the MANIFEST is damaged and passed over", {{"line", quoted(line)}});
    }
  }
  return Ok{};
}

std::string Catalog::manifest_of(const BlockSet& set) {
  std::string content;
  if (set.start_ms != INT64_MIN) content += manifest_line("start " + std::to_string(set.start_ms)) + "\n";
  for (const OpenBlock& block : set.blocks)
    content += manifest_line(block_line(block.name, set.start_ms)) + "\n";
  return content;
}

Status Catalog::open() {
  // Every start writes it, so that no crash takes it away: somebody brought the blocks alone.
  const bool has_manifest = files_.exists(names_.manifest());
  Listed listed;
  if (auto read = read_manifest(listed); !read) return read;
  auto entries = files_.list(names_.blocks());
  if (!entries) return entries.error();
  const auto contains = [](const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  BlockSet set;
  std::vector<std::string> unreadable;
  for (const std::string& name : *entries) {
    const bool is_gone = contains(listed.gone, name) && !contains(listed.blocks, name);
    if (name.ends_with(kTemporarySuffix) || is_gone) {
      (void)files_.remove(names_.block(name));
      continue;
    }
    if (!name.ends_with(kBlockSuffix)) continue;
    auto reader = BlockReader::open(files_, names_.block(name));
    if (!reader) {
      logger_.error("a block cannot be opened: its samples are missing", {{"err", reader.error().message()}});
      if (contains(listed.blocks, name)) unreadable.push_back(name);
      continue;
    }
    if (!contains(listed.blocks, name) && (*reader)->info().source == BlockSource::Head) {
      if (has_manifest) {
        // A crash came before its line: the log still has its rows.
        (void)files_.remove(names_.block(name));
        continue;
      }
      manifest_start_ms_ = std::max(manifest_start_ms_, (*reader)->info().range_end_ms);
    }
    set.blocks.push_back({name, *std::move(reader)});
  }
  for (const std::string& name : listed.blocks) {
    if (contains(*entries, name)) continue;
    logger_.error("a block of the MANIFEST is not there: its samples are missing", {{"block", name}});
  }
  if (!has_manifest && !set.blocks.empty()) {
    logger_.warn("there are blocks and no MANIFEST: all that are whole count",
                 {{"blocks", std::to_string(set.blocks.size())}});
  }
  sort_by_time(set);
  set.start_ms = manifest_start_ms_;
  std::string content = manifest_of(set);
  for (const std::string& name : unreadable)
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
  std::string line = "cut " + std::to_string(start_ms);
  for (const std::string& name : names) {
    auto reader = BlockReader::open(files_, names_.block(name));
    if (!reader) return reader.error();
    set.blocks.push_back({name, *std::move(reader)});
    line += " " + name;
  }
  // One line: with a part of them the log's rows would begin behind blocks that do not count.
  if (auto done = append_lines({line}); !done) return done;
  set.start_ms = std::max(set.start_ms, start_ms);
  sort_by_time(set);
  publish(std::move(set));
  return Ok{};
}

Status Catalog::remove(const std::vector<std::string>& names) {
  std::vector<std::string> lines;
  lines.reserve(names.size());
  for (const std::string& name : names) lines.push_back("drop " + name);
  if (auto done = append_lines(lines); !done) return done;
  BlockSet set = *snapshot();
  std::erase_if(set.blocks,
                [&](const OpenBlock& block) { return std::ranges::find(names, block.name) != names.end(); });
  publish(std::move(set));
  remove_files(names);
  return Ok{};
}

Status Catalog::replace(const std::string& name, const std::vector<std::string>& old_names) {
  BlockSet set = *snapshot();
  std::string line = "replace " + (name.empty() ? std::string(kNoBlock) : name);
  for (const std::string& old : old_names) line += " " + old;
  std::erase_if(set.blocks, [&](const OpenBlock& block) {
    return std::ranges::find(old_names, block.name) != old_names.end();
  });
  if (!name.empty()) {
    auto reader = BlockReader::open(files_, names_.block(name));
    if (!reader) return reader.error();
    set.blocks.push_back({name, *std::move(reader)});
    sort_by_time(set);
  }
  if (auto done = append_lines({line}); !done) {
    if (!name.empty()) (void)files_.remove(names_.block(name));
    return done;
  }
  publish(std::move(set));
  remove_files(old_names);
  return Ok{};
}

// What stays is removed at the next start.
void Catalog::remove_files(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (auto done = files_.remove(names_.block(name)); !done)
      logger_.warn("a block's file cannot be removed", {{"err", done.error().message()}});
  }
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
