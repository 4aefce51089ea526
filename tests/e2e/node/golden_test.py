"""A host made of files (tests/fixtures/node) gives the page in tests/golden/node, to the byte.

Its values were checked by hand against the files; to see what a change does to them, look at the printed difference.
"""
import difflib
import os
import sys

from harness import fetch, free_port, ours, running, wait_http

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(os.path.dirname(HERE))
FIXTURE = os.path.join(TESTS, "fixtures", "node")
GOLDEN = os.path.join(TESTS, "golden", "node", "host.prom")
COLLECTORS = "cpu diskstats filefd loadavg meminfo netclass netdev netstat os pressure sockstat softnet stat textfile vmstat".split()
# These change from run to run.
OWN = ("node_scrape_collector_duration_seconds", "node_exporter_build_info", "node_textfile_mtime_seconds")


def comparable(page):
    lines = []
    for line in page.splitlines():
        name = line.split(" ")[2] if line.startswith("# ") else line.split("{")[0].split(" ")[0]
        if name not in OWN:
            lines.append(line.replace(FIXTURE, "ROOT"))
    return lines


def main():
    port = free_port()
    flags = [f"--path.procfs={FIXTURE}/proc", f"--path.sysfs={FIXTURE}/sys", f"--path.rootfs={FIXTURE}",
             f"--path.udev.data={FIXTURE}/udev", f"--collector.textfile.directory={FIXTURE}/textfile",
             "--collector.disable-defaults", "--no-collector.netdev.netlink", "--collector.stat.softirq",
             "--web.disable-exporter-metrics", f"--web.listen-address=127.0.0.1:{port}"]
    flags += [f"--collector.{name}" for name in COLLECTORS]
    with running([ours("sonde-node-exporter")] + flags):
        url = f"http://127.0.0.1:{port}/metrics"
        wait_http(url)
        for _ in range(2):  # The second page is made from kept state and must be the same.
            status, _, body = fetch(url)
            assert status == 200, status
            want = comparable(open(GOLDEN, encoding="utf-8").read())
            have = comparable(body.decode("utf-8"))
            if want != have:
                print("\n".join(difflib.unified_diff(want, have, "golden", "page", lineterm="")))
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
