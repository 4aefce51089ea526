#pragma once
// That the page of a sink, whatever the server said, is one that our own reader takes.

#include <cstdlib>
#include <string>

#include "common/exposition/metric_sink.h"
#include "common/exposition/text_reader.h"

namespace sonde::exposition {

inline void check_page(const MetricSink& sink) {
  const MetricSink* sinks[] = {&sink};
  std::string page;
  join_text(sinks, page);
  TextReader reader(page, Dialect::Text);
  for (;;) {
    const EntryKind kind = reader.next();
    if (kind == EntryKind::End) return;
    if (kind == EntryKind::Failed) std::abort();
    if (kind != EntryKind::Sample) continue;
    if (!decode_series(reader.entry().series, MetricType::Untyped)) std::abort();
  }
}

}  // namespace sonde::exposition
