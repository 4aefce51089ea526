#include "exporters/node/mounts.h"

#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

// The kernel writes blank, tab, newline and backslash as \ooo; the original resolves the first two only.
std::string decode_path(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view four = text.substr(i, 4);
    if (four == "\\040" || four == "\\011") {
      out += four == "\\040" ? ' ' : '\t';
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool has_option(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    const Cut next = cut(options, ',');
    if (next.before == wanted) return true;
    options = next.after;
  }
  return false;
}

}  // namespace

Result<std::vector<Mount>> parse_mounts(std::string_view rest, const Roots& roots) {
  std::vector<Mount> mounts;
  std::string_view line;
  while (next_line(rest, line)) {
    FieldCursor fields(line);
    fields.skip(2);
    const Cut device_number = cut(fields.text(), ':');
    fields.skip(1);
    const std::string_view mount_point = fields.text();
    const std::string_view options = fields.text();
    // Optional fields come before the dash; behind it the device may be empty, so blanks count one by one.
    const size_t dash = fields.rest().find(" - ");
    const Cut type =
        cut(dash == std::string_view::npos ? std::string_view() : fields.rest().substr(dash + 3), ' ');
    const Cut device = cut(type.after, ' ');
    const std::string_view super_options = device.after;
    const auto major = parse_unsigned(device_number.before);
    const auto minor = parse_unsigned(device_number.after);
    if (fields.failed() || !major || !minor || !device.found) {
      return Error(ErrorCode::Corrupt, "mountinfo: cannot read " + quoted(line));
    }
    const std::string decoded = decode_path(mount_point);
    const bool read_only = has_option(options, "ro") || has_option(super_options, "ro") ||
                           has_option(super_options, "emergency_ro");
    mounts.push_back({.device = replace_invalid_utf8(device.before),
                      .mount_point = replace_invalid_utf8(roots.without_rootfs(decoded)),
                      .type = replace_invalid_utf8(type.before),
                      .major = std::string(device_number.before),
                      .minor = std::string(device_number.after),
                      .read_only = read_only});
  }
  return mounts;
}

}  // namespace sonde::node
