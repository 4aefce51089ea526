#pragma once
// The part of a URL that a prober needs itself; libcurl reads the rest.

#include <string>
#include <string_view>

namespace sonde::blackbox {

// The host of "scheme://[user@]host[:port]/…", without brackets; "" when there is none.
std::string url_host(std::string_view url);

}  // namespace sonde::blackbox
