"""The node exporter shows the same under its unit's confinement as without it: every series, and every value.

Both run as the same ordinary user on this host. A confined page stands between two free ones: what is equal in those must be
equal in it, and a counter must lie between them. What changes by the second is asked again; only what is wrong every time counts.
"""
import contextlib
import os
import re
import sys
import tempfile

import harness
from expositions import check
from unit_file import Unit

NAME, UID, ROUNDS = "sonde-node-exporter", 61184, 8
HELPER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confinement.py")
# About the exporter itself and not about the host.
OWN = re.compile(r"(process_|promhttp_|node_exporter_build_info|node_scrape_collector_duration_seconds|node_textfile_mtime)")
SAMPLE = re.compile(r"^(\w+(?:\{.*\})?) (\S+)")


@contextlib.contextmanager
def exporter(how, textfiles, log):
    """(address, pid) of an exporter that is confined as `how` says."""
    address = f"127.0.0.1:{harness.free_port()}"
    flags = Unit(NAME).flags(DEFAULTS=f"--collector.textfile.directory={textfiles}", ARGS=f"--web.listen-address={address}")
    with harness.running([sys.executable, HELPER, how, str(UID), harness.ours(NAME), *flags], log=log) as process:
        def answers():
            check_alive(process, log)
            return harness.fetch(f"http://{address}/metrics")[0] == 200

        harness.wait_for(answers, 15, address)
        yield address, process.pid


def check_alive(process, log):
    if process.poll() is not None:
        with open(log, encoding="utf-8") as file:
            text = file.read()
        # In a chroot / is no mount, and what lies on it cannot be set apart.
        if "PermissionError" in text or "mount /: Invalid argument" in text:
            harness.skip("this host does not let root confine a process: " + text.strip().splitlines()[-1])
        raise SystemExit("the exporter ended: " + text)


def read(address):
    """({series: value}, names of counters)"""
    status, _, body = harness.fetch(f"http://{address}/metrics")
    check(status == 200, "a page")
    lines = body.decode().splitlines()
    counters = {line.split()[2] for line in lines if line.startswith("# TYPE ") and line.endswith(" counter")}
    rows = [SAMPLE.match(line) for line in lines if not line.startswith("#")]
    return {row[1]: float(row[2]) for row in rows if not OWN.match(row[1])}, counters


def wrong_series(free, confined):
    before, counters = read(free)
    here, _ = read(confined)
    after, _ = read(free)
    wrong = {series: "is missing" for series in before.keys() & after.keys() - here.keys()}
    wrong.update({series: "is new" for series in here.keys() - (before.keys() | after.keys())})
    for series in before.keys() & here.keys() & after.keys():
        low, value, high = before[series], here[series], after[series]
        is_between = low <= value <= high if series.split("{")[0] in counters else low != high
        if not (is_between or low == value == high or (low != low and value != value)):
            wrong[series] = f"is {value}, not {low}"
    return wrong, len(here)


def main():
    if os.geteuid() != 0:
        harness.skip("only root can set up what the unit asks for")
    if os.uname().machine != "x86_64" or not os.path.exists("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"):
        harness.skip("the numbers of system calls are read for x86-64")
    harness.need("systemd-analyze")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        with open(f"{folder}/job.prom", "w", encoding="utf-8") as file:
            file.write("job_done 1\n")
        with exporter("-", folder, f"{folder}/free.log") as (free, _), exporter(NAME, folder, f"{folder}/log") as (confined, pid):
            with open(f"/proc/{pid}/status", encoding="utf-8") as file:
                text = file.read()
            check("Seccomp:\t2" in text and "CapBnd:\t0000000000000000" in text and f"Uid:\t{UID}" in text, "it is confined")
            wrong, count = wrong_series(free, confined)
            for _ in range(ROUNDS):
                again, _ = wrong_series(free, confined)
                wrong = {series: what for series, what in wrong.items() if series in again}
            check(count > 300, f"{count} series")
            check(not wrong, f"confinement changes nothing: {wrong}")


main()
