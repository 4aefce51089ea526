#include "scraper/ui/page.h"

#include "scraper/ui/page_html.h"

namespace sonde::ui {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

std::string page(std::string_view title, std::string_view path_prefix) {
  // What page.html leaves open.
  constexpr std::string_view kTitle = "@TITLE@";
  constexpr std::string_view kPrefix = "@PREFIX@";
  std::string out;
  for (std::string_view rest = kPageHtml; !rest.empty();) {
    const size_t at = rest.find('@');
    out += rest.substr(0, at);
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at);
    if (rest.starts_with(kTitle)) {
      append_escaped(out, title);
      rest.remove_prefix(kTitle.size());
    } else if (rest.starts_with(kPrefix)) {
      append_escaped(out, path_prefix);
      rest.remove_prefix(kPrefix.size());
    } else {
      out += '@';
      rest.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace sonde::ui
