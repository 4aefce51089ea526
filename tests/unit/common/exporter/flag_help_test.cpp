#include "common/exporter/flag_help.h"

#include <doctest/doctest.h>

#include <array>

using sonde::exporter::FlagHelp;
using sonde::exporter::write_help;

namespace {

FlagHelp row(std::string name, std::string help) {
  FlagHelp out;
  out.name = std::move(name);
  out.help = std::move(help);
  return out;
}

}  // namespace

TEST_SUITE("exporter/flag_help") {
  TEST_CASE("defaults value names and repeatable flags show on the left side") {
    std::array rows{row("a.text", "Help."), row("b", "Help."), row("c", "Help."), row("d", "Help.")};
    rows[0].default_text = "/proc";
    rows[0].quoted_default = true;
    rows[1].value_name = "FILE";
    rows[2].is_boolean = true;
    rows[3].default_text = ":1";
    rows[3].repeatable = true;
    const std::string text = write_help("x", "", rows);
    CHECK(text.find("      --a.text=\"/proc\"           Help.\n") != std::string::npos);
    CHECK(text.find("      --b=FILE                   Help.\n") != std::string::npos);
    CHECK(text.find("      --[no-]c                   Help.\n") != std::string::npos);
    CHECK(text.find("      --d=:1 ...                 Help.\n") != std::string::npos);
  }

  TEST_CASE("no line of a help text passes eighty columns and a long name has a line of its own") {
    const std::array rows{
        row("a.name.that.is.longer.than.its.column",
            std::string(20, 'w') + " " + std::string(20, 'x') + " " + std::string(20, 'y'))};
    const std::string text = write_help("x", "", rows);
    const std::string blanks(33, ' ');
    CHECK(text.find("COLUMN\n" + blanks + std::string(20, 'w') + " " + std::string(20, 'x') + "\n" + blanks +
                    std::string(20, 'y') + "\n") != std::string::npos);
  }

}  // TEST_SUITE
