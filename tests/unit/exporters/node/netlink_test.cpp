#include <doctest/doctest.h>

#include "exporters/node/netlink.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

constexpr uint32_t kSequence = 7;
constexpr uint16_t kError = 2;  // linux/netlink.h: NLMSG_ERROR
constexpr uint16_t kDone = 3;   // NLMSG_DONE
constexpr uint16_t kOther = 16;
constexpr uint16_t kMulti = 0x02;        // NLM_F_MULTI
constexpr uint16_t kInterrupted = 0x10;  // NLM_F_DUMP_INTR

// A message: length, type, flags, sequence, port, and a payload of one number, all in the host's order.
void append_message(std::vector<char>& out, uint16_t type, uint16_t flags, int32_t payload,
                    uint32_t sequence = kSequence) {
  const auto append = [&out](const auto& field) {
    const auto* bytes = reinterpret_cast<const char*>(&field);
    out.insert(out.end(), bytes, bytes + sizeof field);
  };
  append(uint32_t{20});
  append(type);
  append(flags);
  append(sequence);
  append(uint32_t{0});
  append(payload);
}

struct Answer {
  NetlinkMessages messages{};
  NetlinkProgress progress{};
  Status read(const std::vector<char>& datagram) {
    return read_datagram(datagram, kSequence, messages, progress);
  }
};

TEST_SUITE("node/netlink") {
  TEST_CASE("the loopback device is among the links with its counters") {
    LinkDump links;
    for (int round = 0; round < 2; ++round) {
      bool found = false;
      const auto status = links.run([&](const Link& link) {
        if (link.name != "lo") return;
        found = true;
        CHECK(link.type == 772);  // ARPHRD_LOOPBACK
        CHECK(link.statistics);
        CHECK(link.mtu);
        CHECK(link.address.size() == 6);
      });
      if (!status) {
        MESSAGE("no netlink here: " << status.error().message());
        return;
      }
      CHECK(found);
    }
  }

  TEST_CASE("a dump goes on until its end and takes only its own messages") {
    Answer answer;
    std::vector<char> first;
    append_message(first, kOther, kMulti, 1);
    append_message(first, kOther, kMulti, 2, kSequence - 1);  // of an answer that was given up
    append_message(first, kDone, kMulti, 0, kSequence - 1);
    REQUIRE(answer.read(first));
    CHECK(answer.messages.size() == 20);
    CHECK_FALSE(answer.progress.complete);
    std::vector<char> second;
    append_message(second, kOther, kMulti, 3);
    append_message(second, kDone, kMulti, 0);
    REQUIRE(answer.read(second));
    CHECK(answer.messages.size() == 40);
    CHECK(answer.progress.complete);
    CHECK_FALSE(answer.progress.interrupted);
  }

  TEST_CASE("the end of a dump may be a failure as an error message is one") {
    for (const uint16_t type : {kDone, kError}) {
      Answer answer;
      std::vector<char> datagram;
      append_message(datagram, type, kMulti, -12);  // -ENOMEM
      const auto status = answer.read(datagram);
      REQUIRE_FALSE(status);
      CHECK(status.error().message() == "netlink: cannot ask: cannot allocate memory");
    }
  }

  TEST_CASE("an error message of number 0 is an acknowledgement") {
    Answer answer;
    std::vector<char> datagram;
    append_message(datagram, kError, 0, 0);
    REQUIRE(answer.read(datagram));
    CHECK(answer.progress.complete);
  }

  TEST_CASE("an interrupted dump is known by any of its messages") {
    for (const bool at_end : {false, true}) {
      Answer answer;
      std::vector<char> datagram;
      append_message(datagram, kOther, at_end ? kMulti : kMulti | kInterrupted, 1);
      append_message(datagram, kDone, at_end ? kMulti | kInterrupted : kMulti, 0);
      REQUIRE(answer.read(datagram));
      CHECK(answer.progress.complete);
      CHECK(answer.progress.interrupted);
    }
  }

  TEST_CASE("a datagram cut at any byte gives whole messages only") {
    std::vector<char> datagram;
    append_message(datagram, kOther, kMulti, 1);
    append_message(datagram, kDone, kMulti, 0);
    for (size_t length = 0; length < datagram.size(); ++length) {
      CAPTURE(length);
      Answer answer;
      REQUIRE(answer.read({datagram.begin(), datagram.begin() + static_cast<ptrdiff_t>(length)}));
      CHECK(answer.messages.size() == (length < 20 ? 0 : 20));
      CHECK_FALSE(answer.progress.complete);
    }
  }

  TEST_CASE("link modes are told or the family is not there") {
    LinkModeDump modes;
    const auto status = modes.run([](const LinkMode& mode) { CHECK_FALSE(mode.name.empty()); });
    if (!status) MESSAGE("no link modes here: " << status.error().message());
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
