"""Kills a writer with SIGKILL at random times under load. Whatever it had acknowledged 200 ms before must be there at the next
start, and nothing that was never appended (crash_writer.cpp compares every sample).

    crash_test.py [COUNT [SEED]]
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ALLOWED_LOSS_NS = 200 * 1000 * 1000


def run_once(binary, folder, lifetime_s):
    """Starts the writer, kills it after a while; what it recovered and the rows it acknowledged, with their times."""
    process = subprocess.Popen([binary, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first = process.stdout.readline().split()
    if len(first) != 2 or first[0] != b"recovered":
        process.kill()
        sys.exit("the writer found damage: " + process.stderr.read().decode())
    recovered = int(first[1])
    rows = []

    def read_rows():
        for line in process.stdout:
            fields = line.split()
            if len(fields) == 3 and line.endswith(b"\n"):
                rows.append((int(fields[1]), int(fields[2])))

    reader = threading.Thread(target=read_rows)
    reader.start()
    time.sleep(lifetime_s)
    killed_ns = time.monotonic_ns()
    process.send_signal(signal.SIGKILL)
    process.wait()
    reader.join()
    errors = process.stderr.read().decode()
    if process.returncode != -signal.SIGKILL:
        sys.exit("the writer ended by itself: " + errors)
    return recovered, rows, killed_ns


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    binary = os.path.join(os.environ.get("SONDE_BIN", "build/dev/bin"), "crash-writer")
    folder = tempfile.mkdtemp(prefix="sonde-crash-")
    rng = random.Random(seed)
    must_have = -1
    newest = -1
    lost_most = 0
    total = 0
    try:
        for kill in range(count + 1):
            recovered, rows, killed_ns = run_once(binary, folder, 0.05 + rng.random() * 0.9)
            if recovered < must_have:
                sys.exit(f"kill {kill}: row {must_have} was acknowledged, only {recovered} came back")
            # One row more may have been taken and not acknowledged.
            if recovered > newest + 1:
                sys.exit(f"kill {kill}: row {recovered} came back, {newest} was the last one appended")
            lost_most = max(lost_most, newest - recovered)
            total += len(rows)
            newest = rows[-1][0] if rows else recovered
            safe = [row for row, at_ns in rows if at_ns <= killed_ns - ALLOWED_LOSS_NS]
            must_have = max(safe[-1] if safe else -1, min(recovered, newest))
    finally:
        shutil.rmtree(folder)
    print(f"{count} kills, seed {seed}, {total} rounds appended: nothing older than 200 ms was lost, nothing invented; "
          f"at most {lost_most} rounds were lost at a kill")


main()
