#include "scraper/prometheus_tsdb/log_files.h"

#include "scraper/prometheus_tsdb/wal_reader.h"
#include "scraper/prometheus_tsdb/whole_file.h"

namespace sonde::prometheus_tsdb {
namespace {

void visit_segment(io::Bytes segment, const std::function<Status(io::Bytes record)>& visit,
                   const std::function<void(const Error&)>& report) {
  WalReader reader(segment);
  for (;;) {
    io::Bytes record;
    const auto more = reader.next(record);
    if (!more) return report(more.error());
    if (!*more) return;
    if (record.empty()) continue;
    if (auto done = visit(record); !done)
      report(done.error().in("byte " + std::to_string(reader.record_offset())));
  }
}

}  // namespace

Status visit_records(io::FileSystem& files, const std::vector<NumberedFile>& segments,
                     const std::function<Status(io::Bytes record)>& visit, std::vector<std::string>* damage) {
  for (const NumberedFile& segment : segments) {
    const auto file = map_whole(files, segment.path);
    if (!file) return file.error();
    visit_segment(file->bytes(), visit, [&](const Error& error) {
      if (damage != nullptr) damage->push_back(error.in(segment.path).message());
    });
  }
  return Ok{};
}

}  // namespace sonde::prometheus_tsdb
