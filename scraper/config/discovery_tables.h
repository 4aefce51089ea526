#pragma once
// The keys of every discovery mechanism that is read and shown but not built yet, one row per mechanism.

#include <span>
#include <string_view>

#include "common/http_client/client_config.h"
#include "scraper/config/key_table.h"

namespace sonde::config {

struct MechanismSpec {
  std::string_view key;  // "consul_sd_configs"
  std::span<const KeySpec> keys;
  bool has_client = true;  // takes the HTTP client keys too
  // What the table cannot say; reports through `fields`. May be null.
  void (*check)(const yaml::Fields& fields, const yaml::Node& node,
                const http::ClientConfig& client) = nullptr;
};

// Sorted by key.
std::span<const MechanismSpec> mechanisms();

}  // namespace sonde::config
