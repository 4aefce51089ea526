#include "common/exporter/page_merge.h"

#include <cstring>
#include <optional>

namespace sonde::exporter {
namespace {

constexpr std::string_view kHelp = "# HELP ";
constexpr std::string_view kType = "# TYPE ";
static_assert(kHelp.size() == kType.size());

// A HELP or TYPE line.
struct Header {
  size_t begin = 0;
  std::string_view name;
};

// Of "name text" or "\"name\" text"; empty for a name with an escape, which is not ordered as it is written.
std::string_view name_of(std::string_view line) {
  line = line.substr(0, line.find('\n'));
  if (!line.starts_with('"')) return line.substr(0, line.find(' '));
  line.remove_prefix(1);
  const std::string_view name = line.substr(0, line.find('"'));
  return name.find('\\') == std::string_view::npos ? name : std::string_view();
}

// The HELP or TYPE line that begins at `at`. Those of names with escapes are none: their families stay where
// they are, behind the one before.
std::optional<Header> header_at(std::string_view page, size_t at) {
  if (at > 0 && page[at - 1] != '\n') return std::nullopt;
  const std::string_view rest = page.substr(at);
  if (!rest.starts_with(kHelp) && !rest.starts_with(kType)) return std::nullopt;
  const std::string_view name = name_of(rest.substr(kHelp.size()));
  return name.empty() ? std::nullopt : std::optional(Header{at, name});
}

// The first that begins at `from` or later. Most lines are samples, which have no '#'.
std::optional<Header> next_header(std::string_view page, size_t from) {
  for (size_t at = page.find('#', from); at != std::string_view::npos; at = page.find('#', at + 1)) {
    if (const auto header = header_at(page, at)) return header;
  }
  return std::nullopt;
}

std::optional<Header> last_header(std::string_view page) {
  size_t end = page.size();
  while (const void* mark = ::memrchr(page.data(), '#', end)) {  // string_view's own goes byte by byte.
    end = static_cast<size_t>(static_cast<const char*>(mark) - page.data());
    if (const auto header = header_at(page, end)) return header;
  }
  return std::nullopt;
}

// Where, from `low` on, the first family begins for whose name `is_past` holds; the page's end when there is
// none. Once it holds, it holds for all that follow.
template <class IsPast>
size_t find_family(std::string_view page, size_t low, const IsPast& is_past) {
  constexpr size_t kFewBytes = 512;  // Less is read faster than it is halved.
  size_t found = page.size();
  size_t high = page.size();  // No family begins between here and `found`.
  while (low + kFewBytes < high) {
    const size_t middle = low + (high - low) / 2;
    const auto header = next_header(page.substr(0, found), middle);
    if (header && !is_past(header->name)) {
      low = header->begin + 1;
      continue;
    }
    if (header) found = header->begin;
    high = middle;
  }
  for (auto header = next_header(page.substr(0, found), low); header;
       header = next_header(page.substr(0, found), header->begin + 1)) {
    if (is_past(header->name)) return header->begin;
  }
  return found;
}

struct Family {
  std::string_view name;
  std::string_view headers;
  std::string_view samples;
};

// The family that `page` begins with, which is taken off it.
Family take_family(std::string_view& page) {
  const std::string_view name = next_header(page, 0).value_or(Header{}).name;
  size_t samples = 0;
  size_t end = page.size();
  for (auto header = next_header(page, 0); header; header = next_header(page, header->begin + 1)) {
    if (header->name != name) {
      end = header->begin;
      break;
    }
    const size_t newline = page.find('\n', header->begin);
    samples = newline == std::string_view::npos ? page.size() : newline + 1;
  }
  const Family family{name, page.substr(0, samples), page.substr(samples, end - samples)};
  page.remove_prefix(end);
  return family;
}

}  // namespace

void merge_families(std::string& page, std::string_view more) {
  size_t from = 0;
  while (!more.empty()) {
    const std::string_view rest = more;
    if (const auto last = last_header(page);
        !last || last->name < next_header(more, 0).value_or(Header{}).name) {
      page += rest;
      return;
    }
    const Family family = take_family(more);
    const size_t place = find_family(page, from, [&](std::string_view name) { return name >= family.name; });
    if (place == page.size()) {  // So it is for all that are left.
      page += rest;
      return;
    }
    const std::string_view following = next_header(page, place)->name;
    if (following == family.name) {
      std::string_view same = std::string_view(page).substr(place);
      const size_t samples = place + take_family(same).headers.size();
      page.insert(samples, family.samples);
      from = place + 1;
      continue;
    }
    // All that come before the same family of the page go in at once.
    while (!more.empty() && next_header(more, 0).value_or(Header{}).name < following) take_family(more);
    const std::string_view run = rest.substr(0, rest.size() - more.size());
    page.insert(place, run);
    from = place + run.size();
  }
}

}  // namespace sonde::exporter
