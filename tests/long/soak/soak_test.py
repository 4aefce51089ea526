"""The whole set for as long as wanted: nothing restarts, no log has an error, every target is up, and nothing grows.

    soak_test.py [MINUTES [SEED [TARGETS]]]      two hours: soak_test.py 120

Real exporters beside a real Redis and a real MariaDB server, 200 targets scraped each second, meanwhile pushes, probes,
queries and reloads. Growth is judged from 20 minutes on (watch.py says how, and what is allowed for what reason).
"""
import json
import os
import re
import shutil
import sys
import tempfile
import time
import urllib.parse

import harness
from fleet import Fleet
from load import Load
from stalls import Stalls
from watch import Watch

SETTLE_SECONDS = 5
FINDINGS_MAX = 50
# What a process says that was not run in time: deadlines, and targets and probes that missed them.
TIMELY = re.compile(r"was down$|failed$|deadline exceeded|Probe failed|max_statement_time|timed out|timeout", re.I)


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


def parts(url):
    """Where the scraper's memory is, as it says itself; kB."""
    page = harness.fetch(url + "/debug/status")[2].decode()
    return ", ".join(f"{name} {int(number) >> 10}" for number, name in re.findall(r"^ *(\d+)  (h.*)$", page, re.M) if "mapped" not in name)


def scrapes(url, seconds):
    return sum(value for _, value in ask(url, f"count_over_time(up[{int(seconds)}s])"))


class Verdict:
    """Findings, said as they come. Of a time in which the machine itself stood still, what needs it to be on time is excused: said and
    counted, and no finding."""

    def __init__(self, stalls):
        self.stalls, self.begun, self.findings, self.excused = stalls, time.monotonic(), [], 0

    def minutes(self):
        return (time.monotonic() - self.begun) / 60

    def add(self, findings, window_seconds):
        count, longest = self.stalls.since(time.time() - window_seconds)
        for finding in findings:
            excused = count > 0 and TIMELY.search(finding)
            why = f"machine stalled for {longest:.2f} s, so not counted" if excused else "WRONG"
            print(f"{self.minutes():.1f} min: {why}: {finding}", flush=True)
            self.excused += bool(excused)
            if not excused:
                self.findings.append(finding)
        assert len(self.findings) < FINDINGS_MAX, "too much is wrong to go on"


def soak(fleet, watch, load, minutes, verdict):
    """Samples and checks until the time is over, or a process has ended. What else is wrong becomes a finding: the rest of a long
    run is worth having."""
    url = fleet.urls["sonde-scraper"]
    pause = min(10, max(1, minutes * 60 / 30))
    next_note = 0
    while verdict.minutes() < minutes:
        time.sleep(pause)
        found = watch.sample() + down_targets(url, int(pause) + SETTLE_SECONDS - 1, fleet.target_count) + load.problems()
        verdict.add(found, 2 * pause + SETTLE_SECONDS)
        if verdict.minutes() >= next_note:
            next_note = verdict.minutes() + max(1, minutes / 60) - 0.01
            used = ", ".join(f"{name[len('sonde-'):]} {samples[-1].anonymous >> 10}" for name, samples in watch.samples.items())
            print(f"{verdict.minutes():.1f} min: anonymous kB: {used}; of the scraper: {parts(url)}", flush=True)


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
        watch = Watch(fleet)
        with Stalls(folder) as stalls, Load(fleet, seed) as load:
            begun, verdict = time.time(), Verdict(stalls)
            try:
                soak(fleet, watch, load, minutes, verdict)
            finally:
                print(watch.table(), flush=True)
            count, longest = stalls.since(begun)
        seconds = time.time() - begun
        verdict.add(watch.growth_findings(), 0)
        made = scrapes(url, seconds)
        print(f"{made:.0f} scrapes of {targets * seconds:.0f}, data on disk {disk_bytes(folder + '/tsdb') >> 20} MB; {load.done}")
        print(f"the machine stood still {count} times, for at most {longest:.2f} s; {verdict.excused} findings of those times not counted")
        if made < 0.99 * targets * (seconds - 2):
            verdict.add(["scrapes are missing"], 0)
    assert not verdict.findings, f"{len(verdict.findings)} findings: {verdict.findings[:5]}"
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
