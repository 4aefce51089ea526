#include "scraper/ctl/arguments.h"

#include <doctest/doctest.h>

#include "scraper/ctl/verb.h"

namespace sonde::ctl {
namespace {

struct Targets {
  std::string format = "promql";
  std::vector<std::string> headers;
  bool quiet = false;
  std::string server;
  std::string folder = "data/";

  std::string error_of(std::vector<std::string> given) {
    Arguments arguments("query x", "Does x.");
    arguments.text("format", 'o', format, "Output format.");
    arguments.list("header", headers, "Headers.");
    arguments.boolean("quiet", 'q', quiet, "Say nothing.");
    arguments.required("server", server, "The server.");
    arguments.optional("folder", folder, "The folder.");
    const Status parsed = arguments.parse(given);
    return parsed ? "" : parsed.error().message();
  }
};

}  // namespace

TEST_SUITE("ctl/arguments") {
  TEST_CASE("flags stand before and after arguments in every spelling") {
    Targets t;
    CHECK(t.error_of({"-o", "json", "--header=a=b", "http://x", "--header", "c=d", "-q"}) == "");
    CHECK(t.format == "json");
    CHECK(t.headers == std::vector<std::string>{"a=b", "c=d"});
    CHECK(t.quiet);
    CHECK(t.server == "http://x");
    CHECK(t.folder == "data/");
    Targets u;
    u.quiet = true;
    CHECK(u.error_of({"--no-quiet", "--format=json", "x", "y"}) == "");
    CHECK_FALSE(u.quiet);
    CHECK(u.folder == "y");
  }

  TEST_CASE("two dashes end the flags") {
    Targets t;
    CHECK(t.error_of({"--", "-x"}) == "");
    CHECK(t.server == "-x");
  }

  TEST_CASE("what is wrong is named") {
    const auto error = [](std::vector<std::string> given) { return Targets().error_of(std::move(given)); };
    CHECK(error({}) == "required argument 'server' not provided, try --help");
    CHECK(error({"--nope", "x"}) == "unknown flag '--nope', try --help");
    CHECK(error({"-z", "x"}) == "unknown flag '-z', try --help");
    CHECK(error({"--no-format", "x"}) == "unknown flag '--no-format', try --help");
    CHECK(error({"x", "--format"}) == "expected argument for flag '--format', try --help");
    CHECK(error({"--quiet=yes", "x"}) == "flag '--quiet' takes no value, try --help");
    CHECK(error({"x", "y", "z"}) == "unexpected \"z\", try --help");
  }

  TEST_CASE("the rest of the arguments is a list that may have to be there") {
    std::vector<std::string> files;
    Arguments arguments("check x", "Checks.");
    arguments.rest("files", files, true, "The files.");
    const std::vector<std::string> none;
    CHECK(arguments.parse(none).error().message() == "required argument 'files' not provided, try --help");
    const std::vector<std::string> two{"a", "b"};
    CHECK(arguments.parse(two));
    CHECK(files == two);
  }

  TEST_CASE("help shows usage and flags and arguments") {
    std::string format = "promql";
    std::string server;
    Arguments arguments("query x", "Does x.");
    arguments.text("format", 'o', format, "Output format.");
    arguments.required("server", server, "The server.");
    const std::vector<std::string> given{"--help"};
    REQUIRE(arguments.parse(given));
    CHECK(arguments.wants_help());
    CHECK(arguments.help() ==
          "usage: sondectl query x [<flags>] <server>\n\nDoes x.\n\nFlags:\n  -o, --format=promql     Output "
          "format.\n"
          "\nArgs:\n  <server>                The server.\n");
  }

  TEST_CASE("a mistake and a wish for help end a verb early and nothing else does") {
    const auto code_of = [](std::vector<std::string> given) {
      std::string server;
      Arguments arguments("query x", "Does x.");
      arguments.required("server", server, "The server.");
      return end_early(arguments, given);
    };
    CHECK(code_of({}) == kFailure);
    CHECK(code_of({"--nope"}) == kFailure);
    CHECK(code_of({"--help"}) == kSuccess);
    CHECK(code_of({"x"}) == std::nullopt);
  }
}

}  // namespace sonde::ctl
