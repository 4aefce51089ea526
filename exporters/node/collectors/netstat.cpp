#include <string>
#include <vector>

#include "exporters/node/collectors.h"
#include "exporters/node/desc_store.h"
#include "exporters/node/field_memo.h"
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
    memo_.restart();
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
    std::vector<const Desc*> fields;  // nullptr: not exported
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
    table.fields.clear();
    const std::string_view title = next_field(names);
    const std::string_view protocol = title.substr(0, title.empty() ? 0 : title.size() - 1);
    for (auto name = next_field(names); !name.empty(); name = next_field(names)) {
      table.fields.push_back(make(protocol, name));
    }
  }

  static Status collect_values(const Table& table, std::string_view values, MetricSink& sink) {
    for (const Desc* desc : table.fields) {
      const std::string_view value = next_field(values);
      if (value.empty()) return Error(ErrorCode::Corrupt, "names and values differ in number");
      if (!desc) continue;
      const auto number = field_number(value);
      if (!number)
        return Error(ErrorCode::Corrupt, std::string(desc->name) + ": want a number, got " + quoted(value));
      sink.sample(*desc, *number);
    }
    if (!next_field(values).empty()) return Error(ErrorCode::Corrupt, "names and values differ in number");
    return Ok{};
  }

  // Lines "Ip6InOctets  460": the protocol ends with its 6.
  Status collect_list(std::string_view rest, MetricSink& sink) {
    std::string_view line;
    while (next_line(rest, line)) {
      const std::string_view name = next_field(line);
      const std::string_view value = next_field(line);
      const size_t six = name.find('6');
      if (six == std::string_view::npos || value.empty()) continue;
      if (auto status = add(name.substr(0, six + 1), name.substr(six + 1), value, sink); !status)
        return status;
    }
    return Ok{};
  }

  Status add(std::string_view protocol, std::string_view name, std::string_view value, MetricSink& sink) {
    const Desc* desc =
        memo_.next(protocol, name, [this](auto group, auto field) { return make(group, field); });
    if (!desc) return Ok{};
    const auto number = field_number(value);
    if (!number)
      return Error(ErrorCode::Corrupt, std::string(name) + ": want a number, got " + quoted(value));
    sink.sample(*desc, *number);
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
  FieldMemo memo_;             // of snmp6
};

}  // namespace

MadeCollector make_netstat(const CollectorContext& context) {
  auto fields = Pattern::make("--collector.netstat.fields", context.options.netstat_fields);
  if (!fields) return fields.error();
  return make_collector<NetstatCollector>(context, *std::move(fields));
}

}  // namespace sonde::node
