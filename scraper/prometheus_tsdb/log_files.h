#pragma once
// Several segments of a log, read in order: every record that can be read. One thread.

#include <functional>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "common/io/file_system.h"
#include "scraper/prometheus_tsdb/numbered_files.h"

namespace sonde::prometheus_tsdb {

// Gives each record, which is not empty, to `visit`; its error, without a position, says that the record
// makes no sense, which costs nothing else. Damage to the file costs the rest of its segment. `damage` gets a
// line with file and byte for each, when it is not null. An error is a file that cannot be opened.
Status visit_records(io::FileSystem& files, const std::vector<NumberedFile>& segments,
                     const std::function<Status(io::Bytes record)>& visit, std::vector<std::string>* damage);

}  // namespace sonde::prometheus_tsdb
