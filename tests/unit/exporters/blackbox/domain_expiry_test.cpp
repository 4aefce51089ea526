#include "exporters/blackbox/domain_expiry.h"

#include <doctest/doctest.h>

#include <future>

#include "tests/unit/exporters/blackbox/probe_lab.h"

namespace sonde::blackbox {
namespace {

// The n-th connection gets the n-th body, and ends; what was asked for is kept.
std::function<void(int)> answering(std::vector<std::string> bodies, std::vector<std::string>& asked) {
  return [bodies = std::move(bodies), &asked](int listening) {
    for (const std::string& body : bodies) {
      const int fd = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
      const std::string request = receive_some(fd);
      asked.push_back(request.substr(0, request.find('\r')));
      const std::string status = body.empty() ? "404 Not Found" : "200 OK";
      send_all(fd, "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body);
      ::close(fd);
    }
  };
}

// Adds until the page has something to say, and gives it.
std::string page_of(ProbeLab& lab, DomainExpiry& domains, const std::string& host, const std::string& url) {
  std::string page;
  for (int i = 0; i < 200 && page.empty(); ++i) {
    domains.add(host, url, page);
    lab.loop->after(std::chrono::milliseconds(10), [&] { lab.loop->stop(); });
    lab.loop->run();
  }
  return page;
}

}  // namespace

TEST_SUITE("blackbox/domain_expiry") {
  TEST_CASE("a target's host is that of its URL or what stands before the port") {
    CHECK(target_host("https://user@example.org:8443/a") == "example.org");
    CHECK(target_host("example.org:443") == "example.org");
    CHECK(target_host("[2001:db8::1]:443") == "2001:db8::1");
    CHECK(target_host("example.org") == "example.org");
    CHECK(target_host("example.org/path") == "example.org");
  }

  TEST_CASE("the registry of the ending is asked for longer names until one is registered") {
    std::vector<std::string> asked;
    std::string page;
    {
      ProbeLab lab;
      DomainExpiry domains(lab.clock, lab.client, lab.logger);
      std::promise<std::string>
          list;  // The list names the registry by its port, which is known once the peer listens.
      const Peer peer(SOCK_STREAM, [&](int listening) {
        answering({list.get_future().get(), "",
                   R"({"events": [{"eventAction": "expiration", "eventDate": "2030-01-01T00:00:00Z"}]})"},
                  asked)(listening);
      });
      list.set_value(R"({"services": [[["uk"], ["http://)" + peer.target() + R"(/rdap"]]]})");
      const std::string url = "http://" + peer.target() + "/dns.json";
      page = page_of(lab, domains, "www.example.co.uk", url);
      std::string again;
      domains.add("www.example.co.uk", url, again);
      CHECK(again == page);  // From what is remembered: the peer answers three times only.
    }
    CHECK(asked == std::vector<std::string>{"GET /dns.json HTTP/1.1", "GET /rdap/domain/co.uk HTTP/1.1",
                                            "GET /rdap/domain/example.co.uk HTTP/1.1"});
    CHECK(page.find("\nprobe_domain_expiry_timestamp_seconds 1.893456e+09\n") != std::string::npos);
    CHECK(page.find("\nprobe_domain_lookup_success 1\n") != std::string::npos);
  }

  TEST_CASE("a registry that does not answer is a failed look-up and no probe waits for it") {
    ProbeLab lab;
    DomainExpiry domains(lab.clock, lab.client, lab.logger);
    const std::string page = page_of(lab, domains, "example.org", "http://127.0.0.1:1/dns.json");
    CHECK(page.find("\nprobe_domain_lookup_success 0\n") != std::string::npos);
    CHECK(page.find("probe_domain_expiry_timestamp_seconds") == std::string::npos);
  }

  TEST_CASE("addresses and names of one label are not asked for") {
    ProbeLab lab;
    DomainExpiry domains(lab.clock, lab.client, lab.logger);
    for (const char* host : {"192.0.2.1", "2001:db8::1", "localhost", ""}) {
      std::string page;
      domains.add(host, "http://127.0.0.1:1/", page);
      CHECK(page.empty());
    }
  }
}

}  // namespace sonde::blackbox
