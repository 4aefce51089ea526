"""The original's fixture trees and expected page, where a checkout of them is at hand: every sample must be alike."""
import os
import subprocess
import sys

from harness import ours, skip

COLLECTORS = """cpu diskstats filefd filesystem loadavg meminfo netclass netdev netstat os pressure sockstat softnet stat
textfile time uname vmstat""".split()


def main():
    folder = os.environ.get("SONDE_CONFORMANCE_DIR")
    if not folder:
        skip("SONDE_CONFORMANCE_DIR is not set")
    runner = os.path.join(folder, "node", "run.py")
    if not os.path.exists(runner):
        skip(f"{runner} is not there")
    command = [sys.executable, runner, "--exporter", ours("sonde-node-exporter"), "--only", ",".join(COLLECTORS), "-v"]
    return subprocess.run(command, timeout=150).returncode


if __name__ == "__main__":
    sys.exit(main())
