#include <doctest/doctest.h>

#include "exporters/node/udev.h"
#include "tests/unit/exporters/node/host.h"

namespace sonde::node {
namespace {

TEST_SUITE("node/udev") {
  TEST_CASE("only known properties are taken and values may have an equals sign") {
    const UdevProperties udev =
        parse_udev("S:x\nE:ID_MODEL=A=B\nE:ID_OTHER=1\nID_WWN=no\nE:ID_WWN\nE:ID_SERIAL=S");
    CHECK(udev.model == "A=B");
    CHECK(udev.wwn.empty());
    CHECK(udev.printed_serial() == "S");
    CHECK(parse_udev("").model.empty());
  }

  TEST_CASE("the serial number that is printed on the disk comes first") {
    CHECK(parse_udev("E:ID_SERIAL=a\nE:ID_SERIAL_SHORT=b\nE:SCSI_IDENT_SERIAL=c\n").printed_serial() == "c");
    CHECK(parse_udev("E:ID_SERIAL=a\nE:ID_SERIAL_SHORT=b\n").printed_serial() == "b");
  }

}  // TEST_SUITE

}  // namespace
}  // namespace sonde::node
