#pragma once
// What the tables of discovery_tables.cpp cannot say: combinations of keys that a mechanism refuses, as the
// reference does. `node` is the entry as read; a failure is reported through `fields`.

#include "common/http_client/client_config.h"
#include "scraper/config/key_table.h"

namespace sonde::config {

void check_azure(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);
void check_consul(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);
void check_dns(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);
void check_kubernetes(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);
void check_marathon(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);
void check_oci(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);
void check_paths(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);
void check_secret_key(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);
void check_stackit(const yaml::Fields& fields, const yaml::Node& node, const http::ClientConfig& client);

}  // namespace sonde::config
