#include "common/core/log.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

namespace sonde {
namespace {

class StoppedClock final : public Clock {
 public:
  int64_t wall_ms() const override { return 1'700'000'000'123; }
  int64_t monotonic_ns() const override { return 0; }
};

// What a logger writes to a pipe.
template <class Write>
std::string logged(LogLevel level, LogFormat format, Write write) {
  std::array<int, 2> fds{};
  REQUIRE(::pipe(fds.data()) == 0);
  const StoppedClock clock;
  Logger logger(clock, fds[1]);
  logger.set(level, format);
  write(logger);
  ::close(fds[1]);
  std::string out(4096, '\0');
  const ssize_t bytes = ::read(fds[0], out.data(), out.size());
  ::close(fds[0]);
  out.resize(bytes > 0 ? static_cast<size_t>(bytes) : 0);
  return out;
}

constexpr std::string_view kTime = "2023-11-14T22:13:20.123Z";

}  // namespace

TEST_SUITE("core/log") {
  TEST_CASE("logfmt quotes what needs it") {
    const std::string line = logged(LogLevel::Info, LogFormat::Logfmt, [](Logger& logger) {
      logger.warn("Two words", {{"plain", "/a-b.c:9100"},
                                {"empty", ""},
                                {"quote", "a\"b"},
                                {"equals", "a=b"},
                                {"line", "a\nb"},
                                {"back", "a\\b"},
                                {"accent", "é"},
                                {"broken", "\xff"}});
    });
    CHECK(line ==
          "time=" + std::string(kTime) +
              " level=WARN msg=\"Two words\" plain=/a-b.c:9100 empty=\"\" quote=\"a\\\"b\" equals=\"a=b\" "
              "line=\"a\\nb\" back=a\\b accent=é broken=\"\\xff\"\n");
  }

  TEST_CASE("JSON is one object a line") {
    const std::string line = logged(LogLevel::Info, LogFormat::Json, [](Logger& logger) {
      logger.error("a \"b\"", {{"c", "d\n\\\x01"}, {"broken", "\xff"}});
    });
    CHECK(line == "{\"time\":\"" + std::string(kTime) +
                      "\",\"level\":\"ERROR\",\"msg\":\"a \\\"b\\\"\",\"c\":\"d\\u000a\\\\\\u0001\","
                      "\"broken\":\"\xEF\xBF\xBD\"}\n");
  }

  TEST_CASE("lines below the level are not written") {
    const auto write_all = [](Logger& logger) {
      logger.debug("d");
      logger.info("i");
      logger.warn("w");
      logger.error("e");
    };
    const std::string all = logged(LogLevel::Debug, LogFormat::Logfmt, write_all);
    CHECK(std::count(all.begin(), all.end(), '\n') == 4);
    const std::string some = logged(LogLevel::Error, LogFormat::Logfmt, write_all);
    CHECK(some == "time=" + std::string(kTime) + " level=ERROR msg=e\n");
  }

  TEST_CASE("levels and formats have the reference's names") {
    CHECK(*parse_log_level("debug") == LogLevel::Debug);
    CHECK(*parse_log_level("error") == LogLevel::Error);
    CHECK_FALSE(parse_log_level("INFO"));
    CHECK(*parse_log_format("json") == LogFormat::Json);
    CHECK_FALSE(parse_log_format("text"));
  }

  TEST_CASE("times before 1970 are written too") {
    CHECK(write_rfc3339_ms(0) == "1970-01-01T00:00:00.000Z");
    CHECK(write_rfc3339_ms(-1) == "1969-12-31T23:59:59.999Z");
    CHECK(write_rfc3339_ms(1'700'000'000'123) == kTime);
  }

}  // TEST_SUITE

}  // namespace sonde
