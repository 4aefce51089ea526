#include "exporters/blackbox/name_files.h"

#include <algorithm>
#include <optional>

#include "common/core/number_text.h"
#include "common/core/text.h"

namespace sonde::blackbox {
namespace {

constexpr size_t kServersMax = 3;  // glibc's MAXNS
constexpr size_t kSearchDomainsMax = 32;
constexpr int kNdotsMax = 15;  // glibc's caps
constexpr int kTimeoutSecondsMax = 30;
constexpr int kAttemptsMax = 5;

// Blank-separated words of a line, without its comment.
std::vector<std::string_view> words_of(std::string_view line, std::string_view comments) {
  line = line.substr(0, line.find_first_of(comments));
  FieldCursor cursor(trim(line));
  std::vector<std::string_view> out;
  while (!cursor.at_end()) out.push_back(cursor.text());
  return out;
}

std::string_view without_last_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

void read_option(std::string_view option, ResolverSettings& out) {
  const Cut parts = cut(option, ':');
  const auto number = parse_integer(parts.after);
  if (!number || *number < 0) return;
  const auto capped = [&](int most) { return static_cast<int>(std::min<int64_t>(*number, most)); };
  if (parts.before == "ndots") out.ndots = capped(kNdotsMax);
  if (parts.before == "timeout") out.timeout_seconds = std::max(capped(kTimeoutSecondsMax), 1);
  if (parts.before == "attempts") out.attempts = std::max(capped(kAttemptsMax), 1);
}

}  // namespace

std::vector<std::string> find_in_hosts(std::string_view hosts_text, std::string_view name) {
  name = without_last_dot(name);
  std::vector<std::string> out;
  for (const std::string_view line : split(hosts_text, '\n')) {
    const auto words = words_of(line, "#");
    const auto is_name = [name](std::string_view word) {
      return equals_ignoring_case(without_last_dot(word), name);
    };
    if (words.size() > 1 && std::any_of(words.begin() + 1, words.end(), is_name)) out.emplace_back(words[0]);
  }
  return out;
}

ResolverSettings parse_resolv_conf(std::string_view text) {
  ResolverSettings out;
  for (const std::string_view line : split(text, '\n')) {
    const auto words = words_of(line, "#;");
    if (words.size() < 2) continue;
    if (words[0] == "nameserver" && out.servers.size() < kServersMax) out.servers.emplace_back(words[1]);
    if (words[0] == "search" || words[0] == "domain") {
      out.search.clear();  // The last line counts.
      for (size_t i = 1; i < words.size() && i <= kSearchDomainsMax; ++i) {
        if (words[i] != ".") out.search.emplace_back(without_last_dot(words[i]));
      }
    }
    if (words[0] == "options") {
      for (size_t i = 1; i < words.size(); ++i) read_option(words[i], out);
    }
  }
  if (out.servers.empty()) out.servers.emplace_back("127.0.0.1");  // The C library's default.
  return out;
}

bool uses_files_and_dns_only(std::string_view nsswitch_text) {
  for (const std::string_view line : split(nsswitch_text, '\n')) {
    const auto words = words_of(line, "#");
    if (words.empty() || words[0] != "hosts:") continue;
    return std::all_of(words.begin() + 1, words.end(),
                       [](std::string_view word) { return word == "files" || word == "dns"; });
  }
  return true;
}

std::vector<std::string> names_to_ask(std::string_view name, const ResolverSettings& settings) {
  if (name.ends_with('.')) return {std::string(without_last_dot(name))};
  std::vector<std::string> out;
  const bool plain_first = std::ranges::count(name, '.') >= settings.ndots;
  if (plain_first) out.emplace_back(name);
  for (const std::string& domain : settings.search) out.push_back(std::string(name) + "." + domain);
  if (!plain_first) out.emplace_back(name);
  return out;
}

}  // namespace sonde::blackbox
