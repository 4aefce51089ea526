#include "scraper/ctl/check_verbs.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "common/core/result.h"
#include "common/core/text.h"
#include "common/exposition/lint.h"
#include "scraper/ctl/arguments.h"
#include "scraper/ctl/server_client.h"
#include "scraper/ctl/verb.h"

namespace sonde::ctl {
namespace {

constexpr size_t kPageBytesMax = size_t{1} << 30;

Result<std::string> read_standard_input() {
  std::string out;
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count == 0) return out;
    if (count < 0) {
      if (errno == EINTR) continue;
      return Error(ErrorCode::Io, "cannot read standard input: " + std::system_category().message(errno));
    }
    out.append(buffer.data(), static_cast<size_t>(count));
    if (out.size() > kPageBytesMax)
      return Error(ErrorCode::LimitExceeded, "standard input is larger than 1 GiB");
  }
}

// The cardinality table of --extended: metric, series, share of the whole.
std::string cardinality_table(const std::vector<exposition::FamilyCardinality>& families) {
  size_t total = 0;
  size_t width = 6;
  for (const auto& family : families) {
    total += family.series_count;
    width = std::max(width, family.metric.size());
  }
  const auto row = [&](std::string name, const std::string& count, const std::string& share) {
    name.resize(width + 2, ' ');
    return name + std::string(count.size() < 12 ? 12 - count.size() : 1, ' ') + count + "  " + share + "\n";
  };
  std::string out = row("Metric", "Cardinality", "Percentage");
  for (const auto& family : families) {
    const size_t hundredths = total == 0 ? 0 : family.series_count * 10'000 / total;
    const std::string cents = std::to_string(100 + hundredths % 100).substr(1);
    out += row(family.metric, std::to_string(family.series_count),
               std::to_string(hundredths / 100) + "." + cents + "%");
  }
  return out;
}

int check_state(std::span<const std::string> given, std::string_view words, std::string_view path,
                std::string_view good, std::string_view bad) {
  std::string url = "http://localhost:9090";
  std::vector<std::string> headers;
  Arguments arguments(words, "Ask a server for its state.");
  arguments.text("url", 0, url, "The server.");
  arguments.list("header", headers, "Extra headers to send to the server.");
  if (const auto code = end_early(arguments, given)) return *code;
  auto client = ServerClient::connect(url, headers);
  if (!client) return fail(client.error());
  const auto response = client->get(path);
  if (!response) {
    print_error("  FAILED: " + response.error().message());
    return kFailure;
  }
  if (response->status / 100 != 2) {
    print_error("  FAILED: " + std::string(bad) + ", status " + std::to_string(response->status));
    return kFailure;
  }
  print("  SUCCESS: " + std::string(good) + "\n");
  return kSuccess;
}

}  // namespace

int check_metrics(std::span<const std::string> given) {
  bool extended = false;
  std::string lint = "all";
  Arguments arguments("check metrics", "Lint a page of metrics from standard input.");
  arguments.boolean("extended", 0, extended, "Print the number of series per metric.");
  arguments.text("lint", 0, lint, "Checks to apply: all or none.");
  if (const auto code = end_early(arguments, given)) return *code;
  const auto page = read_standard_input();
  if (!page) return fail(page.error());
  const auto problems = exposition::lint_page(*page);
  if (!problems) {
    print_error("error while linting: " + problems.error().message());
    return kFailure;
  }
  const bool shows_problems = lint != "none";
  if (shows_problems) {
    for (const auto& problem : *problems) print_error(problem.metric + " " + problem.text);
  }
  if (extended) {
    const auto families = exposition::count_cardinality(*page);
    if (!families) return fail(families.error());
    print(cardinality_table(*families));
  }
  return shows_problems && !problems->empty() ? kFindings : kSuccess;
}

int check_healthy(std::span<const std::string> arguments) {
  return check_state(arguments, "check healthy", "/-/healthy", "the server is healthy",
                     "the server is not healthy");
}

int check_ready(std::span<const std::string> arguments) {
  return check_state(arguments, "check ready", "/-/ready", "the server is ready", "the server is not ready");
}

}  // namespace sonde::ctl
