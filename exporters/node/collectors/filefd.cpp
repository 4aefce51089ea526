#include "common/core/text.h"
#include "exporters/node/collectors.h"

namespace sonde::node {
namespace {

constexpr Desc kAllocated{"node_filefd_allocated", "File descriptor statistics: allocated."};
constexpr Desc kMaximum{"node_filefd_maximum", "File descriptor statistics: maximum."};

class FilefdCollector final : public Collector {
 public:
  explicit FilefdCollector(const CollectorContext& context)
      : buffer_(context.buffer),
        file_(context.options.roots.proc("sys/fs/file-nr"), KeptFile::Content::OneRecord) {}

  Status collect(MetricSink& sink) override {
    const auto content = file_.read(buffer_);  // "1024\t0\t1631329"; the second is always 0 since Linux 2.6
    if (!content) return content.error();
    FieldCursor fields(trim(*content));
    const double allocated = fields.number();
    fields.skip(1);
    const double maximum = fields.number();
    if (fields.failed()) {
      return Error(ErrorCode::Corrupt, "file-nr: want three numbers, got " + quoted(*content));
    }
    sink.sample(kAllocated, allocated);
    sink.sample(kMaximum, maximum);
    return Ok{};
  }

 private:
  ReadBuffer& buffer_;
  KeptFile file_;
};

}  // namespace

MadeCollector make_filefd(const CollectorContext& context) {
  return make_collector<FilefdCollector>(context);
}

}  // namespace sonde::node
