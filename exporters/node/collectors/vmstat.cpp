#include <string>

#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/named_lines.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

class VmstatCollector final : public Collector {
 public:
  VmstatCollector(const CollectorContext& context, Pattern fields)
      : buffer_(context.buffer), file_(context.options.roots.proc("vmstat")), fields_(std::move(fields)) {}

  Status collect(MetricSink& sink) override {
    const auto content = file_.read(buffer_);
    if (!content) return content.error();
    lines_.restart();
    std::string_view rest = *content;
    NamedLines::Line line;  // "pgpgin 7344136"
    while (lines_.next(rest, line, [this](auto name) { return make(name); })) {
      if (!line.desc) continue;
      const auto value = field_number(next_field(line.value));
      if (!value) {
        return Error(ErrorCode::Corrupt, "vmstat: want a number after " + quoted(line.name));
      }
      sink.sample(*line.desc, *value);
    }
    return Ok{};
  }

 private:
  const Desc* make(std::string_view name) {
    if (!fields_.matches(name)) return nullptr;
    const std::string field(name);
    return &store_.make("node_vmstat_" + field, "/proc/vmstat information field " + field + ".",
                        MetricType::Untyped);
  }

  ReadBuffer& buffer_;
  KeptFile file_;
  Pattern fields_;
  DescStore store_;
  NamedLines lines_;
};

}  // namespace

MadeCollector make_vmstat(const CollectorContext& context) {
  auto fields = Pattern::make("--collector.vmstat.fields", context.options.vmstat_fields);
  if (!fields) return fields.error();
  return make_collector<VmstatCollector>(context, *std::move(fields));
}

}  // namespace sonde::node
