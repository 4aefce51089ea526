#include "scraper/tsdb/log_reader.h"

#include <algorithm>

#include "common/io/byte_reader.h"
#include "common/io/crc32c.h"

namespace sonde::tsdb {

Result<bool> LogReader::load_page() {
  auto got = file_.read(offset_, page_);
  if (!got) return got.error();
  page_size_ = *got;
  offset_ += *got;
  at_ = 0;
  return page_size_ > 0;
}

Result<LogHeader> LogReader::read_header() {
  if (auto loaded = load_page(); !loaded) return loaded.error();
  auto header = read_log_header({page_.data(), page_size_});
  at_ = kLogHeaderBytes;
  return header;
}

void LogReader::note_damage(uint64_t bytes) {
  if (!in_damage_) ++damage_count_;
  in_damage_ = true;
  lost_bytes_ += bytes;
}

Result<LogReader::Step> LogReader::read_fragment(Fragment& fragment) {
  if (page_size_ - at_ <= kFragmentHeaderBytes) {
    const bool is_whole_page = page_size_ == kLogPageBytes;
    const bool is_padding = std::all_of(page_.begin() + static_cast<ptrdiff_t>(at_),
                                        page_.begin() + static_cast<ptrdiff_t>(page_size_),
                                        [](std::byte byte) { return byte == std::byte{0}; });
    const size_t left = page_size_ - at_;
    at_ = page_size_;
    if (!is_whole_page && left > 0) {
      note_damage(left);
      return Step::Damage;
    }
    if (!is_padding) {
      note_damage(left);
      return Step::Damage;
    }
    auto loaded = load_page();
    if (!loaded) return loaded.error();
    if (!*loaded) return Step::End;
    return read_fragment(fragment);
  }
  io::ByteReader reader({page_.data() + at_, page_size_ - at_});
  const size_t length = reader.u16();
  const uint8_t kind = reader.u8();
  const uint32_t crc = reader.u32();
  const auto data = reader.bytes(length);
  const std::byte checked{kind};
  const bool is_good = !reader.failed() && kind >= static_cast<uint8_t>(FragmentKind::Whole) &&
                       kind <= static_cast<uint8_t>(FragmentKind::Last) &&
                       io::crc32c(data, io::crc32c({&checked, 1})) == crc;
  if (!is_good) {
    note_damage(page_size_ - at_);
    at_ = page_size_;
    return Step::Damage;
  }
  at_ += kFragmentHeaderBytes + length;
  fragment = {static_cast<FragmentKind>(kind), io::as_text(data)};
  return Step::Fragment;
}

Result<bool> LogReader::next(std::string& batch) {
  batch.clear();
  lost_bytes_ = 0;
  bool is_open = false;
  while (true) {
    Fragment fragment{};
    auto step = read_fragment(fragment);
    if (!step) return step.error();
    if (*step == Step::End) {
      if (is_open) note_damage(batch.size());
      return false;
    }
    if (*step == Step::Damage) {
      lost_bytes_ += batch.size();
      batch.clear();
      is_open = false;
      continue;
    }
    const bool begins = fragment.kind == FragmentKind::Whole || fragment.kind == FragmentKind::First;
    if (begins == is_open || batch.size() + fragment.data.size() > kLogBatchBytesMax) {
      // A part without its beginning, or a beginning where a part was due.
      note_damage(begins ? batch.size() : fragment.data.size());
      batch.clear();
      is_open = false;
      if (!begins) continue;
    }
    in_damage_ = false;
    batch += fragment.data;
    is_open = true;
    if (fragment.kind == FragmentKind::Whole || fragment.kind == FragmentKind::Last) return true;
  }
}

}  // namespace sonde::tsdb
