#pragma once
// The parts of the loader, one function per section, for load.cpp and each other. Each reads one mapping
// strictly, reports its first error through the value it reads, and notes in the context what is not
// implemented.

#include <string>
#include <string_view>
#include <vector>

#include "common/yaml/value.h"
#include "scraper/config/config.h"
#include "scraper/config/key_table.h"

namespace sonde::config {

struct Context {
  std::string folder;  // of the file being read, for relative paths; "" leaves them as they are
  std::vector<std::string> unsupported;
  std::vector<std::string> warnings;

  void note(std::string what) { unsupported.push_back(std::move(what)); }
};

void decode_global(const yaml::Value& in, Context& context, GlobalConfig& out);
void decode_scrape_config(const yaml::Value& in, Context& context, const GlobalConfig& global,
                          ScrapeConfig& out);
void decode_alerting(const yaml::Value& in, Context& context, NameValidation validation, Config& out);
void decode_remote_write(const yaml::Value& in, Context& context, NameValidation validation,
                         RemoteWriteConfig& out);
void decode_remote_read(const yaml::Value& in, Context& context, RemoteReadConfig& out);
void decode_storage(const yaml::Value& in, Context& context, StorageConfig& out);
void decode_otlp(const yaml::Value& in, NameValidation validation, OtlpConfig& out);
void decode_tracing(const yaml::Value& in, Context& context, TracingConfig& out);

void read_relabel_rules(yaml::Fields& fields, std::string_view key, NameValidation validation,
                        std::vector<RelabelRule>& out);
// The `*_sd_configs` and static_configs of a job or an alertmanager section; `owner` names it in notes.
void read_discovery(yaml::Fields& fields, Context& context, std::string_view owner, DiscoveryConfig& out);
// Refuses a static address with a "/" in it: a URL that somebody took for an address.
void check_static_addresses(const yaml::Fields& fields, const DiscoveryConfig& discovery);
// The client keys, with paths resolved and what no client does yet noted.
void read_client(yaml::Fields& fields, Context& context, std::string_view owner, http::ClientConfig& out);
// headers of remote_write, remote_read and tracing: some names are the client's own.
void read_headers(yaml::Fields& fields, std::map<std::string, std::string>& out);
// sigv4, azuread and google_iam; at most one way to authenticate, the client's own included.
void read_cloud_auth(yaml::Fields& fields, Context& context, const http::ClientConfig& client,
                     CloudAuth& out);

// Reads a list of mappings with `decode_item(const Value&, Item&)`; a null item is an error.
template <class Item, class DecodeItem>
void read_items(yaml::Fields& fields, std::string_view key, std::vector<Item>& out,
                DecodeItem&& decode_item) {
  fields.visit(key, [&](const yaml::Value& list) {
    if (list.is_null()) return;
    if (list.node().kind != yaml::NodeKind::List) return list.fail_type("a list");
    for (size_t i = 0; i < list.node().items.size() && !list.failed(); ++i) {
      const yaml::Value item(list.node().items[i], list, i);
      if (item.is_null()) return item.fail("empty or null entry");
      decode_item(item, out.emplace_back());
    }
  });
}

}  // namespace sonde::config
