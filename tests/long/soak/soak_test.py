"""The whole set for as long as wanted: nothing restarts, no log has an error, every target is up, and nothing grows.

    soak_test.py [MINUTES [SEED [TARGETS]]]      two hours: soak_test.py 120

Real exporters beside a real Redis and a real MariaDB server, 200 targets scraped each second, meanwhile pushes, probes,
queries and reloads. Growth is judged from 20 minutes on (watch.py says how, and what is allowed for what reason).
"""
import json
import os
import shutil
import sys
import tempfile
import time
import urllib.parse

import harness
from fleet import Fleet
from load import Load
from watch import Watch

SETTLE_SECONDS = 5
FINDINGS_MAX = 50


def ask(url, expression):
    _, _, body = harness.fetch(f"{url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}), timeout=60)
    return [(series["metric"], float(series["value"][1])) for series in json.loads(body)["data"]["result"]]


def down_targets(url, seconds, count):
    """What says that not every target was up, or a probe failed, in the last seconds."""
    lowest = ask(url, f"min_over_time(up[{seconds}s])")
    findings = [f"{metric['job']} was down" for metric, value in lowest if value != 1]
    if len(lowest) != count:
        findings.append(f"{len(lowest)} targets of {count}")
    failed = ask(url, f'min_over_time(probe_success{{kind="probe"}}[{seconds}s]) == 0')
    return findings + [f"{metric['job']} failed" for metric, _ in failed]


def disk_bytes(folder):
    return sum(512 * os.stat(os.path.join(at, name)).st_blocks for at, _, names in os.walk(folder) for name in names)


def scrapes(url, seconds):
    return sum(value for _, value in ask(url, f"count_over_time(up[{int(seconds)}s])"))


def soak(fleet, watch, load, minutes, findings):
    """Samples and checks until the time is over, or a process has ended. What else is wrong becomes a finding: the rest of a long
    run is worth having."""
    url = fleet.urls["sonde-scraper"]
    pause = min(10, max(1, minutes * 60 / 30))
    begun = time.monotonic()
    next_note = begun
    told = 0
    while time.monotonic() < begun + minutes * 60:
        time.sleep(pause)
        findings += watch.sample() + down_targets(url, int(pause) + SETTLE_SECONDS - 1, fleet.target_count) + load.problems()
        for finding in findings[told:]:
            print(f"{(time.monotonic() - begun) / 60:.1f} min: WRONG: {finding}", flush=True)
        told = len(findings)
        assert told < FINDINGS_MAX, "too much is wrong to go on"
        if time.monotonic() >= next_note:
            next_note = time.monotonic() + max(60, minutes * 60 / 60)
            used = ", ".join(f"{name[len('sonde-'):]} {samples[-1].anonymous >> 10}" for name, samples in watch.samples.items())
            print(f"{(time.monotonic() - begun) / 60:.1f} min: anonymous kB: {used}", flush=True)
    return time.monotonic() - begun


def main():
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 120
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    targets = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    if harness.SANITIZED:
        targets = min(targets, 30)
    folder = tempfile.mkdtemp(prefix="sonde-soak-")
    fleet = Fleet(folder, targets)
    with fleet.stack:
        url = fleet.start().urls["sonde-scraper"]
        harness.wait_for(lambda: len(ask(url, "up == 1")) == targets, 30, "every target is up")
        time.sleep(SETTLE_SECONDS)  # The first scrapes of all are together.
        (_, samples), = ask(url, "sum(scrape_samples_scraped)")
        print(f"{targets} targets, {samples:.0f} samples a second, seed {seed}", flush=True)
        watch, findings = Watch(fleet), []
        with Load(fleet, seed) as load:
            try:
                seconds = soak(fleet, watch, load, minutes, findings)
            finally:
                print(watch.table(), flush=True)
        findings += watch.growth_findings()
        made = scrapes(url, seconds)
        print(f"{made:.0f} scrapes of {targets * seconds:.0f}, data on disk {disk_bytes(folder + '/data') >> 20} MB; {load.done}")
        if made < 0.99 * targets * (seconds - 2):
            findings.append("scrapes are missing")
    assert not findings, f"{len(findings)} findings: {findings[:5]}"
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
