"""The reference's own PromQL cases through our API: history by `sondectl tsdb create-blocks-from openmetrics`, then every
evaluation over HTTP. $SONDE_CONFORMANCE_DIR/promql has the cases and their runner; without it this is skipped."""
import os
import re
import subprocess
import sys

import harness

# All that the text loader can carry (native histograms and stale markers it cannot). It may only rise.
PASSED_MIN = 559

FEATURES = ("promql-experimental-functions", "promql-duration-expr", "promql-extended-range-selectors",
            "promql-binop-fill-modifiers", "promql-delayed-name-removal")


def main():
    folder = os.environ.get("SONDE_CONFORMANCE_DIR")
    if not folder:
        harness.skip("SONDE_CONFORMANCE_DIR is not set")
    folder = os.path.join(folder, "promql")
    runner = os.path.join(folder, "promqltest.py")
    if not os.path.exists(runner):
        harness.skip(f"there is no {runner}")
    scraper = os.path.abspath(harness.ours("sonde-scraper"))
    sondectl = os.path.abspath(harness.ours("sondectl"))
    out = subprocess.run(
        [sys.executable, runner, "--list", os.path.join(folder, "visible.txt"), "-v",
         "--server", f"{scraper} --storage.tsdb.retention.time=100y --enable-feature={','.join(FEATURES)}",
         "--backfill", f"{sondectl} tsdb create-blocks-from openmetrics"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    figure = re.search(r"^promqltest: (\d+)/(\d+) = .*$", out.stdout, re.M)
    failures = [line for line in out.stdout.splitlines() if " FAIL " in line]
    print("\n".join(failures[:40]))
    print(figure[0] if figure else out.stdout[-2000:])
    assert figure and int(figure[1]) >= PASSED_MIN, f"fewer than {PASSED_MIN} evaluations pass"


main()
