#include "exporters/pushgateway/persistence.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "common/core/text.h"
#include "exporters/pushgateway/file_names.h"
#include "exporters/pushgateway/push_reader.h"
#include "exporters/pushgateway/record_format.h"

namespace sonde::pushgateway {
namespace {

constexpr uint64_t kFileBytesMax = uint64_t{16} << 30;
constexpr uint64_t kBrokenFilesMax = 1000;
constexpr size_t kStepBytes = size_t{256} << 10;  // of a snapshot, written between two turns of the loop
// A journal that grows beyond this and twice the snapshot is not left to the interval.
constexpr uint64_t kJournalBytesMax = uint64_t{64} << 20;

// A record's families, read as the push they came from.
Result<std::vector<GroupStore::Named>> read_families(const GroupRecord& record) {
  std::vector<GroupStore::Named> out;
  for (const FamilyRecord& family : record.families) {
    auto body = PushReader(family.text, record.key, /*utf8_names=*/true).read();
    if (!body) return body.error();
    for (GroupStore::Named& named : GroupStore::prepare(body->families, family.pushed_at_seconds)) {
      out.push_back(std::move(named));
    }
  }
  return out;
}

Status restore_group(io::Bytes data, PushMode mode, GroupStore& store) {
  const auto record = read_group(data);
  if (!record) return record.error();
  auto families = read_families(*record);
  if (!families) return families.error();
  store.apply(record->key, std::move(*families), mode, record->times);
  return Ok{};
}

Status restore_record(const RecordReader::Record& record, GroupStore& store) {
  switch (record.kind) {
    case RecordKind::Replace:
      return restore_group(record.data, PushMode::ReplaceGroup, store);
    case RecordKind::Merge:
      return restore_group(record.data, PushMode::ReplaceFamilies, store);
    case RecordKind::Remove: {
      const auto key = read_remove(record.data);
      if (!key) return key.error();
      store.remove(*key);
      return Ok{};
    }
    case RecordKind::Wipe:
      store.wipe();
      return Ok{};
    case RecordKind::End: {
      const auto count = read_end(record.data);
      return count ? Status(Ok{}) : Status(count.error());
    }
  }
  return Error(ErrorCode::Corrupt, "unknown kind of record");
}

}  // namespace

Restored restore_records(io::Bytes file, GroupStore& store, bool is_snapshot) {
  RecordReader reader(file);
  RecordReader::Record record;
  Restored restored;
  bool ended = false;
  while (reader.next(record)) {
    ended = record.kind == RecordKind::End;
    if (!restore_record(record, store)) ++restored.damaged_count;
  }
  restored.damaged_count += reader.damaged_count();
  restored.torn_bytes = reader.torn_bytes();
  // A snapshot is renamed when it is whole: without its end it was cut later.
  if (is_snapshot && !ended) ++restored.damaged_count;
  return restored;
}

// The snapshot is written in steps while pushes go on. A group that changes behind the cursor is in the new
// journal, which is replayed over it.
struct Persistence::Snapshot {
  io::AtomicFile file;
  uint64_t number;      // of the first journal that it does not hold
  std::string after{};  // the id of the last group written
  uint64_t group_count = 0;
  uint64_t bytes = 0;
  bool all = false;
};

Persistence::Persistence(Parts parts, std::string path, bool sync)
    : parts_(parts), path_(std::move(path)), sync_(sync) {}

Persistence::~Persistence() {
  if (finisher_.joinable()) finisher_.join();
  *alive_ = false;
  snapshot_.reset();
  if (!journal_) return;
  if (auto written = write_snapshot_now(); !written) {
    parts_.logger.error("could not persist metrics, the journal is kept",
                        {{"err", written.error().message()}});
  }
}

Status Persistence::open() {
  auto lock = parts_.files.lock(lock_path(path_), "process " + std::to_string(::getpid()));
  if (!lock) return lock.error().in("--persistence.file");
  lock_ = std::move(*lock);
  if (auto loaded = load(); !loaded) return loaded.error().in("--persistence.file");
  return start_journal();
}

Status Persistence::load() {
  uint64_t first = 0;
  if (parts_.files.exists(path_)) {
    if (auto loaded = load_file(path_, true, first); !loaded) return loaded;
  }
  const auto names = parts_.files.list(folder_of(path_));
  if (!names) return names.error();
  std::vector<uint64_t> numbers;
  for (const std::string& name : *names) {
    if (const auto number = journal_number(name_of(path_), name)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  journal_number_ = first;
  for (const uint64_t number : numbers) {
    journal_number_ = std::max(journal_number_, number);
    if (number < first) continue;  // A crash came between the snapshot and the journal's removal.
    uint64_t unused = 0;
    if (auto loaded = load_file(journal_path(path_, number), false, unused); !loaded) return loaded;
  }
  journals_before_ = !numbers.empty();
  return Ok{};
}

Status Persistence::load_file(const std::string& path, bool is_snapshot, uint64_t& number) {
  const auto content = io::read_file(parts_.files, path, kFileBytesMax);
  if (!content) return content.error();
  if (content->empty()) {
    parts_.logger.warn("an empty file holds no metrics", {{"file", path}});
    return Ok{};
  }
  const auto header = read_header(io::as_bytes(*content));
  // A journal that was only just made when the process ended.
  if (!header && !is_snapshot && header.error().code() == ErrorCode::Truncated) return Ok{};
  if (!header && header.error().code() == ErrorCode::Unsupported) return header.error().in(path);
  if (header && (header->kind == FileKind::Snapshot) != is_snapshot) {
    return keep_aside(path, *content, "it is the other kind of file");
  }
  if (header) number = header->number;
  // Behind a damaged header there may be good records.
  const Restored restored = restore_records(io::as_bytes(*content), parts_.store, is_snapshot);
  if (is_snapshot) snapshot_bytes_ = content->size();
  if (!header) return keep_aside(path, *content, header.error().message());
  if (restored.damaged_count > 0) {
    return keep_aside(path, *content,
                      std::to_string(restored.damaged_count) + " records are damaged or missing");
  }
  if (restored.torn_bytes > 0) {
    parts_.logger.warn("dropped an unfinished record at the journal's end",
                       {{"file", path}, {"bytes", std::to_string(restored.torn_bytes)}});
  }
  return Ok{};
}

// Copied, not renamed: should the process end before the next snapshot is whole, everything is where it was.
Status Persistence::keep_aside(const std::string& path, std::string_view content, std::string_view why) {
  journals_before_ = true;  // What was read is to be written again.
  for (uint64_t number = 1; number <= kBrokenFilesMax; ++number) {
    const std::string kept = broken_path(path, number);
    if (parts_.files.exists(kept)) {
      // The same file again, after a process that ended before its first snapshot.
      const auto known = io::read_file(parts_.files, kept, kFileBytesMax);
      if (!known || *known != content) continue;
    } else if (auto copied = io::atomic_write(parts_.files, kept, content); !copied) {
      return copied.error().in("cannot keep a copy of a broken file");
    }
    parts_.logger.error("could not load all persisted metrics; what is good was taken, the file is kept",
                        {{"file", path}, {"err", std::string(why)}, {"kept", kept}});
    return Ok{};
  }
  return Error(ErrorCode::LimitExceeded,
               "too many broken files are kept beside " + path + ": move them away");
}

Status Persistence::start_journal() {
  const uint64_t number = journal_number_ + 1;
  auto file = parts_.files.create(journal_path(path_, number));
  if (!file) return file.error();
  std::string header;
  append_header(header, {.kind = FileKind::Journal, .number = number});
  if (auto written = (*file)->append(io::as_bytes(header)); !written) return written;
  if (sync_) {
    if (auto synced = (*file)->sync(); !synced) return synced;
    if (auto synced = parts_.files.sync_directory(folder_of(path_)); !synced) return synced;
  }
  if (journal_ && journal_->size() > kHeaderBytes) journals_before_ = true;
  journal_ = std::move(*file);
  journal_number_ = number;
  return Ok{};
}

Status Persistence::append(std::string_view record) {
  const uint64_t size = journal_->size();
  Status written = journal_->append(io::as_bytes(record));
  if (written && sync_) written = journal_->sync();
  if (!written) {
    ++failed_count_;
    // What is left of the record would hide those behind it. A file that cannot be cut is given up.
    const bool clean = journal_->truncate(size).ok() || start_journal().ok();
    if (!clean) parts_.logger.error("the journal cannot be written", {{"err", written.error().message()}});
    return written.error().in("cannot persist");
  }
  if (journal_->size() > std::max(kJournalBytesMax, 2 * snapshot_bytes_)) {
    // Later: the store does not hold yet what was just written, and a snapshot of it would not either.
    parts_.loop.post([this, alive = alive_] {
      if (*alive) compact();
    });
  }
  return Ok{};
}

bool Persistence::has_news() const {
  return journals_before_ || journal_->size() > kHeaderBytes;
}

Status Persistence::begin_snapshot() {
  auto file = io::AtomicFile::create(parts_.files, path_);
  if (!file) return file.error();
  if (auto started = start_journal(); !started) return started;
  std::string header;
  append_header(header, {.kind = FileKind::Snapshot, .number = journal_number_});
  if (auto written = file->file().append(io::as_bytes(header)); !written) return written;
  snapshot_ = std::make_unique<Snapshot>(Snapshot{.file = std::move(*file), .number = journal_number_});
  return Ok{};
}

void Persistence::compact() {
  if (snapshot_ || finisher_.joinable() || !has_news()) return;
  if (auto begun = begin_snapshot(); !begun) return end_snapshot(begun);
  continue_snapshot();
}

Status Persistence::write_groups(size_t bytes_max) {
  std::string out;
  const auto& groups = parts_.store.groups();
  auto at = groups.upper_bound(snapshot_->after);
  for (; at != groups.end() && out.size() < bytes_max; ++at) {
    append_group(out, at->second);
    snapshot_->after = at->first;
    ++snapshot_->group_count;
  }
  snapshot_->all = at == groups.end();
  if (snapshot_->all) append_end(out, snapshot_->group_count);
  snapshot_->bytes += out.size();
  return snapshot_->file.file().append(io::as_bytes(out));
}

void Persistence::continue_snapshot() {
  if (auto written = write_groups(kStepBytes); !written) return end_snapshot(written);
  if (snapshot_->all) return finish_snapshot();
  parts_.loop.post([this, alive = alive_] {
    if (*alive) continue_snapshot();
  });
}

void Persistence::finish_snapshot() {
  finisher_ = std::thread([this, alive = alive_, snapshot = snapshot_.get()] {
    const Status committed = snapshot->file.commit();
    parts_.loop.post([this, alive, committed] {
      if (!*alive) return;
      finisher_.join();
      end_snapshot(committed);
    });
  });
}

void Persistence::end_snapshot(Status ended) {
  if (ended) {
    snapshot_bytes_ = snapshot_->bytes;
    // A journal that could not be cut may have been given up in the meantime.
    journals_before_ = snapshot_->number < journal_number_;
    remove_journals_before(snapshot_->number);
    parts_.logger.debug("metrics persisted", {{"file", path_}});
  } else {
    ++failed_count_;
    parts_.logger.error("could not persist metrics, the journal is kept", {{"err", ended.error().message()}});
  }
  snapshot_.reset();
}

Status Persistence::write_snapshot_now() {
  if (has_news()) {
    if (auto begun = begin_snapshot(); !begun) return begun;
    while (!snapshot_->all) {
      if (auto written = write_groups(kStepBytes); !written) return written;
    }
    if (auto committed = snapshot_->file.commit(); !committed) return committed;
    snapshot_.reset();
  }
  // The open journal has nothing that the snapshot does not hold.
  journal_.reset();
  remove_journals_before(journal_number_ + 1);
  return Ok{};
}

void Persistence::remove_journals_before(uint64_t number) {
  const auto names = parts_.files.list(folder_of(path_));
  if (!names) return;
  for (const std::string& name : *names) {
    const auto found = journal_number(name_of(path_), name);
    if (!found || *found >= number) continue;
    if (auto removed = parts_.files.remove(journal_path(path_, *found)); !removed) {
      parts_.logger.warn("cannot remove an old journal", {{"err", removed.error().message()}});
    }
  }
}

}  // namespace sonde::pushgateway
