#include "scraper/promql/annotations.h"

#include "scraper/promql/parser.h"

namespace sonde::promql {

void Annotations::warn(std::string_view text, ByteRange range) {
  warnings_.try_emplace("PromQL warning: " + std::string(text), range);
}

void Annotations::info(std::string_view text, ByteRange range) {
  infos_.try_emplace("PromQL info: " + std::string(text), range);
}

std::vector<std::string> Annotations::lines(const Entries& entries, std::string_view query) {
  std::vector<std::string> out;
  for (const auto& [text, range] : entries) {
    out.push_back(query.empty() ? text : text + " (" + position_text(query, range.begin) + ")");
  }
  return out;
}

}  // namespace sonde::promql
