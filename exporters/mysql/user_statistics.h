#pragma once
// What servers with the variable userstat count by user and by client: MariaDB and Percona.

#include <string_view>

#include "common/core/result.h"
#include "common/exposition/metric_sink.h"
#include "exporters/mysql/connection.h"

namespace sonde::mysql {

// Whether the server counts: others have nothing to say, which is no failure.
bool has_user_statistics(Connection& connection);

// The first column is the label `of` ("user", "client"); each other one a family, an untyped one where it is
// not known. Corrupt when a value is no number; the rows before it are there.
Status emit_user_statistics(const Table& table, std::string_view of, exposition::MetricSink& sink);

}  // namespace sonde::mysql
