#include <string>
#include <utility>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/named_lines.h"
#include "exporters/node/shared_reads.h"
#include "exporters/node/text_scan.h"

namespace sonde::node {
namespace {

class NetstatCollector final : public Collector {
 public:
  NetstatCollector(const CollectorContext& context, Pattern fields)
      : buffer_(context.buffer),
        netstat_(context.shared.netstat),
        snmp_(context.options.roots.proc("net/snmp"), KeptFile::Content::OneRecord),
        snmp6_(context.options.roots.proc("net/snmp6"), KeptFile::Content::OneRecord),
        fields_(std::move(fields)) {}

  Status collect(MetricSink& sink) override {
    table_ = 0;
    auto content = netstat_.read();
    if (!content) return content.error();
    if (auto status = collect_tables(*content, sink); !status) return status.error().in(netstat_.path());
    content = snmp_.read(buffer_);
    if (!content) return content.error();
    if (auto status = collect_tables(*content, sink); !status) return status.error().in(snmp_.path());
    content = snmp6_.read(buffer_);
    if (!content) {
      // No IPv6 here.
      return content.error().code() == ErrorCode::NotFound ? Status(Ok{}) : Status(content.error());
    }
    if (auto status = collect_list(*content, sink); !status) return status.error().in(snmp6_.path());
    return Ok{};
  }

 private:
  // A protocol's fields as its line of names lists them. The line is the same every time, so that it is
  // compared as a whole and only the values are walked through.
  struct Table {
    std::string names;
    size_t field_count = 0;
    std::vector<std::pair<size_t, const Desc*>> exported;  // with their place among the fields
  };

  // Pairs of lines: "TcpExt: SyncookiesSent SyncookiesRecv" and "TcpExt: 0 2".
  Status collect_tables(std::string_view rest, MetricSink& sink) {
    std::string_view names;
    std::string_view values;
    while (next_line(rest, names)) {
      if (!next_line(rest, values)) return Error(ErrorCode::Truncated, "no values for " + quoted(names));
      if (table_ == tables_.size()) tables_.emplace_back();
      Table& table = tables_[table_++];
      if (table.names != names) learn(names, table);
      const std::string_view title = next_field(names);
      if (!title.ends_with(':') || title != next_field(values)) {
        return Error(ErrorCode::Corrupt, "want two lines of one protocol, got " + quoted(title));
      }
      if (auto status = collect_values(table, values, sink); !status)
        return status.error().in(title.substr(0, title.size() - 1));
    }
    return Ok{};
  }

  void learn(std::string_view names, Table& table) {
    table.names = names;
    table.field_count = 0;
    table.exported.clear();
    const std::string_view title = next_field(names);
    const std::string_view protocol = title.substr(0, title.empty() ? 0 : title.size() - 1);
    for (auto name = next_field(names); !name.empty(); name = next_field(names)) {
      if (const Desc* desc = make(protocol, name)) table.exported.emplace_back(table.field_count, desc);
      ++table.field_count;
    }
  }

  static Status collect_values(const Table& table, std::string_view values, MetricSink& sink) {
    size_t place = 0;
    for (const auto& [exported_place, desc] : table.exported) {
      place += skip_fields(values, exported_place - place);
      const std::string_view value = next_field(values);
      if (value.empty()) break;
      ++place;
      const auto number = field_number(value);
      if (!number)
        return Error(ErrorCode::Corrupt, std::string(desc->name) + ": want a number, got " + quoted(value));
      sink.sample(*desc, *number);
    }
    place += skip_fields(values, table.field_count - place);
    if (place == table.field_count && next_field(values).empty()) return Ok{};
    return Error(ErrorCode::Corrupt, "names and values differ in number");
  }

  // Lines "Ip6InOctets  460": the protocol ends with its 6.
  Status collect_list(std::string_view rest, MetricSink& sink) {
    lines_.restart();
    NamedLines::Line line;
    const auto find = [this](std::string_view name) -> const Desc* {
      const size_t six = name.find('6');
      return six == std::string_view::npos ? nullptr : make(name.substr(0, six + 1), name.substr(six + 1));
    };
    while (lines_.next(rest, line, find)) {
      const std::string_view value = next_field(line.value);
      if (!line.desc || value.empty()) continue;
      const auto number = field_number(value);
      if (!number) {
        return Error(ErrorCode::Corrupt, std::string(line.name) + ": want a number, got " + quoted(value));
      }
      sink.sample(*line.desc, *number);
    }
    return Ok{};
  }

  const Desc* make(std::string_view protocol, std::string_view name) {
    const std::string key = std::string(protocol) + "_" + std::string(name);
    if (!fields_.matches(key)) return nullptr;
    const std::string help = "Statistic " + std::string(protocol) + std::string(name) + ".";
    return &store_.make("node_netstat_" + key, help, MetricType::Untyped);
  }

  ReadBuffer& buffer_;
  SharedFile& netstat_;
  KeptFile snmp_;
  KeptFile snmp6_;
  Pattern fields_;
  DescStore store_;
  std::vector<Table> tables_;  // of netstat, then of snmp
  size_t table_ = 0;           // the next one
  NamedLines lines_;           // of snmp6
};

}  // namespace

MadeCollector make_netstat(const CollectorContext& context) {
  auto fields = Pattern::make("--collector.netstat.fields", context.options.netstat_fields);
  if (!fields) return fields.error();
  return make_collector<NetstatCollector>(context, *std::move(fields));
}

}  // namespace sonde::node
