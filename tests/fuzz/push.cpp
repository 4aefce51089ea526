// Any bytes as a push: the first line is the URL path, the rest the body, as text and in each encoding. What
// is accepted is stored, written as a record and read back to the same page; its path leads back to the same
// group.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/text.h"
#include "exporters/pushgateway/aggregate.h"
#include "exporters/pushgateway/api.h"
#include "exporters/pushgateway/group_matcher.h"
#include "exporters/pushgateway/group_store.h"
#include "exporters/pushgateway/grouping_key.h"
#include "exporters/pushgateway/persistence.h"
#include "exporters/pushgateway/push_body.h"
#include "exporters/pushgateway/push_reader.h"
#include "exporters/pushgateway/record_format.h"
#include "exporters/pushgateway/status_page.h"

namespace sonde::pushgateway {
namespace {

constexpr std::string_view kProtobuf =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

std::string page_of(const GroupStore& store) {
  std::string page;
  store.render(page);
  return page;
}

void check_stored(const GroupStore& store, const GroupingKey& key) {
  std::string file;
  append_header(file, {FileKind::Snapshot, 1});
  append_group(file, *store.find(key));
  append_end(file, 1);
  GroupStore again({});
  if (restore_records(io::as_bytes(file), again, true).damaged_count != 0) std::abort();
  if (page_of(again) != page_of(store)) std::abort();
  const auto same = parse_grouping_key(write_grouping_path(key), true);
  if (same && store.find(*same) == nullptr &&
      !std::string_view(write_grouping_path(key)).starts_with("U__")) {
    // A legacy name that begins with U__ is read as an escape where names may be anything.
    bool escaped = false;
    for (const Label& label : key.labels) escaped |= label.name.starts_with("U__");
    for (const std::string& name : key.empty_names) escaped |= name.starts_with("U__");
    if (!escaped) std::abort();
  }
  (void)write_api_metrics(store);
  (void)write_status_page({.store = store, .flags = {}, .external_path = {}}, store.groups().begin()->first);
}

void push(std::string_view path, std::string_view text, bool utf8_names) {
  const auto key = parse_grouping_key(path, utf8_names);
  if (!key) return;
  auto body = PushReader(text, *key, utf8_names).read();
  if (!body) return;
  GroupStore store({});
  for (const PushMode mode : {PushMode::ReplaceGroup, PushMode::ReplaceFamilies}) {
    auto prepared = GroupStore::prepare(body->families, 1.5);
    if (!store.check(*key, body->families, prepared, mode)) return;
    store.apply(*key, std::move(prepared), mode, {.push_seconds = 1.5});
    check_stored(store, *key);
  }
  (void)aggregate({"sum", true, true}, store.find(*key), *key, std::move(body->families));
  if (!store.remove(*key) || !page_of(store).empty() || store.series_count() != 0) std::abort();
}

void fuzz(std::string_view input) {
  const Cut parts = cut(input, '\n');
  push(parts.before, parts.after, false);
  push(parts.before, parts.after, true);
  for (const BodyFacts facts :
       {BodyFacts{"", "snappy", 1 << 20}, BodyFacts{"", "gzip", 1 << 20}, BodyFacts{kProtobuf, "", 0}}) {
    if (const auto text = decode_body(facts, std::string(parts.after))) push("job/j", *text, true);
  }
  if (const auto selectors = parse_group_matchers({input})) (void)matches_any(*selectors, GroupingKey{});
}

}  // namespace
}  // namespace sonde::pushgateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sonde::pushgateway::fuzz(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
