// sondectl: one table of verbs. The longest words that match the command line win.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/exporter/build_info.h"
#include "scraper/ctl/check_config.h"
#include "scraper/ctl/check_verbs.h"
#include "scraper/ctl/check_web_config.h"
#include "scraper/ctl/create_blocks.h"
#include "scraper/ctl/import_prometheus.h"
#include "scraper/ctl/query_verbs.h"
#include "scraper/ctl/tsdb_analyze.h"
#include "scraper/ctl/tsdb_dump.h"
#include "scraper/ctl/tsdb_list.h"
#include "scraper/ctl/tsdb_verify.h"
#include "scraper/ctl/verb.h"
#include "scraper/ctl/watch_verbs.h"

namespace sonde::ctl {
namespace {

// Sorted by words.
constexpr std::array kVerbs{
    Verb{"check config", "Check whether configuration files are valid.", check_config},
    Verb{"check healthy", "Ask a server whether it is healthy.", check_healthy},
    Verb{"check metrics", "Lint a page of metrics from standard input.", check_metrics},
    Verb{"check ready", "Ask a server whether it is ready.", check_ready},
    Verb{"check web-config", "Check whether web configuration files are valid.", check_web_config},
    Verb{"query instant", "Run an instant query.", query_instant},
    Verb{"query labels", "List the values of a label.", query_labels},
    Verb{"query range", "Run a range query.", query_range},
    Verb{"query series", "List the series that match.", query_series},
    Verb{"tsdb analyze", "Say what a block is made of.", tsdb_analyze},
    Verb{"tsdb create-blocks-from openmetrics", "Make blocks of history in OpenMetrics text.",
         create_blocks_from_openmetrics},
    Verb{"tsdb dump", "Print the samples of a data folder.", tsdb_dump},
    Verb{"tsdb dump-openmetrics", "Print the samples of a data folder as OpenMetrics text.",
         tsdb_dump_openmetrics},
    Verb{"tsdb import-prometheus", "Move the history of a Prometheus in.", tsdb_import_prometheus},
    Verb{"tsdb list", "List the blocks of a data folder.", tsdb_list},
    Verb{"tsdb verify", "Read every byte of a data folder's blocks and log.", tsdb_verify},
    Verb{"watch", "Probe URLs, ports, hosts and names from now on.", watch_add},
    Verb{"watch list", "List what is watched.", watch_list},
    Verb{"watch remove", "Watch something no longer.", watch_remove},
};
static_assert(std::ranges::is_sorted(kVerbs, {}, &Verb::words));

std::string usage() {
  std::string out =
      "usage: sondectl <verb> [<flags>] [<args> ...]\n\nVerbs (sondectl <verb> --help for more):\n";
  for (const Verb& verb : kVerbs)
    out += "  " + std::string(verb.words) + "\n      " + std::string(verb.help) + "\n";
  return out;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    print(usage());
    return arguments.empty() ? kFailure : kSuccess;
  }
  if (arguments[0] == "--version") {
    print(exporter::version_text("sondectl"));
    return kSuccess;
  }
  std::string words;
  const Verb* longest = nullptr;
  size_t longest_count = 0;
  for (size_t count = 1; count <= arguments.size(); ++count) {
    words += (count == 1 ? "" : " ") + arguments[count - 1];
    const auto verb = std::ranges::find(kVerbs, words, &Verb::words);
    if (verb == kVerbs.end()) continue;
    longest = &*verb;
    longest_count = count;
  }
  if (longest != nullptr) return longest->run(std::span(arguments).subspan(longest_count));
  print_error("sondectl: error: no verb begins like \"" + words + "\", try --help");
  return kFailure;
}

}  // namespace
}  // namespace sonde::ctl

int main(int argc, char** argv) {
  return sonde::ctl::run(std::vector<std::string>(argv + 1, argv + argc));
}
