// What parses must print as something that parses to the same print; and nothing may crash on the way.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "scraper/promql/parser.h"
#include "scraper/promql/printer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  const sonde::promql::ParserOptions options{true, true, true};
  const auto expr = sonde::promql::parse(query, options);
  if (!expr) {
    const auto range = expr.error().range();
    if (range && (range->begin > range->end || range->end > size)) std::abort();
    return 0;
  }
  const std::string printed = sonde::promql::to_string(**expr);
  const auto again = sonde::promql::parse(printed, options);
  if (!again || sonde::promql::to_string(**again) != printed) std::abort();
  // A long chain of operators is indented to more than a query may have.
  const std::string pretty = sonde::promql::pretty(**expr);
  if (pretty.size() <= sonde::promql::kQueryBytesMax && !sonde::promql::parse(pretty, options)) std::abort();
  return 0;
}
