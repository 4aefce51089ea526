#pragma once
// What the fuzz targets of the text formats do with a body: read and decode all of it, and check what must
// hold for any input.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/check.h"
#include "common/exposition/page_writer.h"
#include "common/exposition/text_reader.h"

namespace sonde::exposition {

inline bool is_within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

inline void check_sample(std::string_view body, Dialect dialect, const Entry& entry, size_t before,
                         size_t after) {
  check(is_within(entry.series, body) && !entry.series.empty(), "a series lies in the body");
  const auto labels = decode_series(entry.series, MetricType::Histogram);
  if (labels) check(!labels->metric_name().empty(), "a series that decodes has a name");
  (void)decode_metric_name(entry.series);
  if (!entry.exemplar.empty()) (void)decode_exemplar(entry.exemplar);
  // The scraper's short way must agree. It starts at the series, where blanks may come first.
  const auto begin = static_cast<size_t>(entry.series.data() - body.data());
  check(begin >= before && begin < after, "a series lies in its line");
  TextReader again(body, dialect);
  again.set_offset(begin);
  if (!again.next_known(entry.series)) return;
  check(again.offset() == after, "both ways end at the same byte");
  check(std::bit_cast<uint64_t>(again.entry().value) == std::bit_cast<uint64_t>(entry.value),
        "both see one value");
  check(again.entry().timestamp_ms == entry.timestamp_ms, "both see one time");
  check(again.entry().exemplar == entry.exemplar, "both see one exemplar");
}

inline void read_every_entry(std::string_view body, Dialect dialect) {
  TextReader reader(body, dialect);
  for (;;) {
    const size_t before = reader.offset();
    const EntryKind kind = reader.next();
    if (kind == EntryKind::End) break;
    if (kind == EntryKind::Failed) {
      check(reader.error().range()->end <= body.size(), "an error lies in the body");
      return;
    }
    check(reader.offset() > before, "an entry takes bytes");
    const Entry& entry = reader.entry();
    if (kind == EntryKind::Sample) {
      check_sample(body, dialect, entry, before, reader.offset());
    } else {
      check(is_within(entry.name, body) && is_within(entry.text, body), "a comment lies in the body");
      (void)unescape(entry.text, false);
    }
  }
  if (dialect != Dialect::Text) return;
  // A good page becomes good OpenMetrics, unless escaping makes names collide; that is for the reader of it.
  const auto page = convert_page(body, {.format = Format::OpenMetrics1, .escaping = Escaping::AllowUtf8});
  check(page.ok(), "a good page converts");
  TextReader converted(*page, Dialect::OpenMetrics);
  EntryKind kind = converted.next();
  while (kind != EntryKind::End && kind != EntryKind::Failed) kind = converted.next();
  check(kind == EntryKind::End, "a converted page reads");
}

}  // namespace sonde::exposition
