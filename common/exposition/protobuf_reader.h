#pragma once
// Reads a body of delimited io.prometheus.client.MetricFamily messages, from anybody: every length is
// checked, unknown fields are passed over. The entries come as a page in text format, for TextReader.
// Exemplars and created timestamps are left out; a native histogram becomes its _count, _sum and the +Inf
// bucket.

#include <string>
#include <string_view>

#include "common/core/result.h"

namespace sonde::exposition {

// Appends the body as text format 1.0.0 to `page`. On failure `page` holds a part of it; do not use that.
Status append_protobuf_as_text(std::string_view body, std::string& page);

}  // namespace sonde::exposition
