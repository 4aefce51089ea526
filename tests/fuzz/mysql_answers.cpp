// Any table as the answer to every statement of a scraper: the first byte says which scraper, the second what
// kind of server; then lines of cells between tabs, the first line being the columns' names and "\N" NULL.
// Whatever the server says, the page is one that our own reader takes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/text.h"
#include "exporters/mysql/scraper.h"
#include "tests/fuzz/check_page.h"

namespace sonde::mysql {
namespace {

class SameAnswer final : public Connection {
 public:
  explicit SameAnswer(std::string_view text) {
    bool is_head = true;
    for (const std::string_view line : split(text, '\n')) {
      if (!is_head) answer_.rows.emplace_back();
      for (const std::string_view cell : split(line, '\t')) {
        if (is_head) {
          answer_.columns.emplace_back(cell);
        } else {
          answer_.rows.back().push_back(cell == "\\N" ? std::nullopt : std::optional<std::string>(cell));
        }
      }
      is_head = false;
    }
  }
  Result<Table> query(const std::string&) override { return answer_; }
  Status execute(const std::string&) override { return Ok{}; }

 private:
  Table answer_;
};

}  // namespace
}  // namespace sonde::mysql

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sonde::mysql;
  if (size < 2) return 0;
  constexpr Server kServers[] = {
      {.version = {10, 11, 6}, .is_mariadb = true}, {.version = {8, 0, 36}}, {.version = {5, 7, 44}}};
  SameAnswer connection({reinterpret_cast<const char*>(data) + 2, size - 2});
  ScraperOptions options;
  options.tables.databases = "a";
  options.user.privileges = true;
  sonde::exposition::MetricSink sink;
  const Source source{connection, kServers[data[1] % std::size(kServers)], options};
  (void)scrapers()[data[0] % scrapers().size()].scrape(source, sink);
  exposition::check_page(sink);
  return 0;
}
