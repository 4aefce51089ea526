#include "exporters/pushgateway/persistence.h"

#include <algorithm>
#include <utility>

#include "common/core/number_text.h"
#include "common/core/percent.h"
#include "common/core/text.h"
#include "common/io/atomic_write.h"
#include "exporters/pushgateway/push_body.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kFirstLine = "#sonde-pushgateway 1";
constexpr std::string_view kGroupPrefix = "#group ";
constexpr std::string_view kLastLine = "#end";
constexpr size_t kFileBytesMax = size_t{4} << 30;

// A label's text in a group line: encoded, so that the line splits at blanks and slashes.
void append_encoded(std::string& out, std::string_view text) {
  append_percent_encoded(out, text, "!\"#$&'()*+,-.:;<=>?@[\\]^_`{|}~");
}

void append_group_line(std::string& out, const GroupStore::Group& group) {
  out += kGroupPrefix;
  append_number_exposition(out, group.push_time_seconds);
  out += ' ';
  append_number_exposition(out, group.push_failure_time_seconds);
  out += " job/";
  append_encoded(out, group.key.labels.get("job"));
  for (const Label& label : group.key.labels) {
    if (label.name == "job") continue;
    out += '/';
    append_encoded(out, label.name);
    out += '/';
    append_encoded(out, label.value);
  }
  for (const std::string& name : group.key.empty_names) {
    out += '/';
    append_encoded(out, name);
    out += '/';
  }
  // A key that ends in an empty value keeps its last slash.
  if (!group.key.empty_names.empty()) out += '/';
  out += '\n';
}

Status read_group(std::string_view header, std::string_view body, GroupStore& store) {
  FieldCursor fields(header.substr(kGroupPrefix.size()));
  const double push_time = fields.number();
  const double failure_time = fields.number();
  const std::string_view path = fields.text();
  if (fields.failed()) return Error(ErrorCode::Corrupt, "bad group line " + quoted(header));
  auto key = parse_grouping_key(path, /*utf8_names=*/true);
  if (!key) return key.error();
  auto families = parse_push_body(body, *key);
  if (!families) return families.error();
  store.restore(*key, std::move(*families), push_time, failure_time);
  return Ok{};
}

}  // namespace

std::string write_groups(const GroupStore& store) {
  std::string out(kFirstLine);
  out += '\n';
  for (const auto& [id, group] : store.groups()) {
    append_group_line(out, group);
    for (const auto& [name, family] : group.families) append_family(out, name, family);
  }
  out += kLastLine;
  out += '\n';
  return out;
}

Status read_groups(std::string_view text, GroupStore& store) {
  const std::string first = std::string(kFirstLine) + "\n";
  const std::string last = "\n" + std::string(kLastLine) + "\n";
  if (!text.starts_with(first)) {
    return Error(ErrorCode::Corrupt,
                 "not a file of this pushgateway: want " + quoted(kFirstLine) + " at its start");
  }
  if (!text.ends_with(last)) return Error(ErrorCode::Truncated, "the last line is missing");
  text = text.substr(first.size(), text.size() - first.size() - last.size() + 1);
  while (!text.empty()) {
    const Cut header = cut(text, '\n');
    if (!header.before.starts_with(kGroupPrefix)) {
      return Error(ErrorCode::Corrupt, "want a group line, got " + quoted(header.before));
    }
    const std::string next = "\n" + std::string(kGroupPrefix);
    // From the header's own newline, so that a group without families is found to end at once.
    const size_t header_end = header.before.size();
    const size_t end = text.find(next, header_end);
    const size_t body_end = end == std::string_view::npos ? text.size() : end + 1;
    const size_t body_begin = std::min(header_end + 1, body_end);
    const std::string_view body = text.substr(body_begin, body_end - body_begin);
    if (auto group = read_group(header.before, body, store); !group) return group.error();
    text.remove_prefix(body_end);
  }
  return Ok{};
}

Status save(io::FileSystem& files, const std::string& path, const GroupStore& store) {
  return io::atomic_write(files, path, write_groups(store));
}

Status load(io::FileSystem& files, const std::string& path, GroupStore& store) {
  const auto text = io::read_file(files, path, kFileBytesMax);
  if (!text && text.error().code() == ErrorCode::NotFound) return Ok{};
  if (!text) return text.error();
  if (auto groups = read_groups(*text, store); !groups) return groups.error().in(path);
  return Ok{};
}

}  // namespace sonde::pushgateway
