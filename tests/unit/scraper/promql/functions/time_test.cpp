#include "tests/unit/scraper/promql/script_check.h"

namespace sonde::promql {
namespace {

TEST_SUITE("promql/functions/time") {
  TEST_CASE("leap years have their day") {
    check_script(R"script(
eval instant at 0 days_in_month(vector(951782400)) * 1000 + day_of_year(vector(978220800))
  {} 29366

eval instant at 0 day_of_week(vector(0)) * 10 + month(vector(-86400))
  {} 52

eval range from 0 to 2m step 1m time() + 0 * end() + start()
  {} 0 60 120

)script");
  }
}

}  // namespace
}  // namespace sonde::promql
