#include "scraper/ctl/verb.h"

#include <cstdio>

namespace sonde::ctl {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

int fail(const Error& error) {
  print_error("sondectl: error: " + error.message());
  return kFailure;
}

}  // namespace sonde::ctl
