#include <array>

#include "common/core/text.h"
#include "exporters/node/collectors.h"

namespace sonde::node {
namespace {

constexpr std::array kLoads{Desc{"node_load1", "1m load average."}, Desc{"node_load5", "5m load average."},
                            Desc{"node_load15", "15m load average."}};

class LoadavgCollector final : public Collector {
 public:
  explicit LoadavgCollector(const CollectorContext& context)
      : buffer_(context.buffer), file_(context.options.roots.proc("loadavg"), KeptFile::Content::OneRecord) {}

  Status collect(MetricSink& sink) override {
    const auto content = file_.read(buffer_);  // "0.21 0.37 0.39 1/719 19737"
    if (!content) return content.error();
    FieldCursor fields(*content);
    const std::array loads{fields.number(), fields.number(), fields.number()};
    if (fields.failed()) {
      return Error(ErrorCode::Corrupt, "loadavg: want three numbers, got " + quoted(*content));
    }
    for (size_t i = 0; i < loads.size(); ++i) sink.sample(kLoads[i], loads[i]);
    return Ok{};
  }

 private:
  ReadBuffer& buffer_;
  KeptFile file_;
};

}  // namespace

MadeCollector make_loadavg(const CollectorContext& context) {
  return make_collector<LoadavgCollector>(context);
}

}  // namespace sonde::node
