#pragma once
// When the domains of targets end, asked of the registries by RDAP (RFC 9082) for modules with
// `domain_expiry`. A probe never waits: it exports what is known, and what is not known or old is asked for
// meanwhile, for the probes after it. An answer is good for a day, a failure is tried again after an hour,
// and few questions are under way at once. Loop thread.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.h"
#include "common/core/log.h"
#include "common/http_client/client.h"
#include "exporters/blackbox/rdap_answer.h"

namespace sonde::blackbox {

// The host of a target: of a URL, of "host:port", or the target itself.
std::string target_host(std::string_view target);

class DomainExpiry {
 public:
  // Hosts that are remembered; one more is not asked for.
  static constexpr size_t kHostsMax = 10'000;
  static constexpr size_t kQuestionsMax = 4;  // under way at once

  DomainExpiry(const Clock& clock, http::Client& client, Logger& logger)
      : clock_(clock), client_(client), logger_(logger) {}

  // Puts the families of a host into a page in text 0.0.4, at their sorted places. `bootstrap_url` is where
  // the list of servers is.
  void add(const std::string& host, const std::string& bootstrap_url, std::string& page);

 private:
  struct Host {
    std::optional<int64_t> expiry_seconds;  // of the last answer that said it
    std::optional<bool> success;            // of the last look-up
    int64_t due_ns = 0;                     // monotonic; asked again then
    bool asked = false;                     // waits, or is under way
  };
  struct Servers {
    RdapServers list;
    int64_t due_ns = 0;  // read again then
  };
  // One look-up: the names that are left to try.
  struct Question {
    std::pair<std::string, std::string> key;  // bootstrap URL and host
    std::vector<std::string> names;
    size_t next = 0;
  };
  using QuestionPointer = std::shared_ptr<Question>;  // Shared by the callbacks of its requests.

  void start_next();
  void read_servers(QuestionPointer question);
  void ask(QuestionPointer question);
  void take(QuestionPointer question, const Result<http::FetchResponse>& response);
  void end(const QuestionPointer& question, const Result<std::optional<int64_t>>& outcome);
  void fetch(std::string url, uint64_t body_bytes_max, http::FetchCallback done);

  const Clock& clock_;
  http::Client& client_;
  Logger& logger_;
  std::map<std::pair<std::string, std::string>, Host> hosts_;  // by bootstrap URL and host
  std::map<std::string, Servers> servers_;                     // by bootstrap URL
  std::deque<QuestionPointer> waiting_;
  size_t under_way_ = 0;
  bool starting_ = false;
  bool is_full_ = false;
};

}  // namespace sonde::blackbox
