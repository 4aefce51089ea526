#pragma once
// The HTTP client keys of a YAML configuration: read strictly into ClientConfig, resolved against the folder
// of their file, and shown again with secrets hidden. A library of its own (http_client_config), so that
// reading a configuration does not need libcurl.

#include <string_view>

#include "common/core/result.h"
#include "common/http_client/client_config.h"
#include "common/yaml/node.h"
#include "common/yaml/value.h"

namespace sonde::http {

// The whole mapping is a client configuration.
void decode(const yaml::Value& in, ClientConfig& out);
void decode(const yaml::Value& in, TlsConfig& out);

// The keys stand in a mapping that has others too; its reader calls finish(). `out` holds the defaults.
void read_client_config(yaml::Fields& fields, ClientConfig& out);

// Nothing at all to authenticate with: no basic_auth, authorization or oauth2.
bool has_authentication(const ClientConfig& config);

// Makes the paths of files that are relative start at `folder`.
void join_folder(ClientConfig& config, std::string_view folder);
void join_folder(TlsConfig& config, std::string_view folder);
void join_folder(std::string& path, std::string_view folder);

// Appends the keys to `map` in the reference's order; secrets read `<secret>`.
void put_client_config(yaml::Node& map, const ClientConfig& config);
// Null when nothing is set.
yaml::Node to_node(const TlsConfig& config);

// As lenient as Go's url.Parse: refuses control bytes, spaces in the host, broken %-escapes and ports.
Status check_url(std::string_view url);
// http or https, and with a host.
Status check_http_url(std::string_view url);
// The URL with a password in it replaced by "xxxxx".
std::string hide_password(std::string_view url);

}  // namespace sonde::http
