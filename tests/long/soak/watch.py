"""What the processes of a fleet use, sampled, and the verdict on it."""
import os
import re
import statistics
import time

import harness

# Of the logs. What has no level is not the logger's: an abort, or a sanitizer. Probes of port 1 are meant to fail (load.py).
EXPECTED = re.compile(r"\blevel=(DEBUG|INFO|WARN)\b|target=127\.0\.0\.1:1 ")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# From here on a process has what it needs: the scraper's open tails are full after 120 rows and hold their largest mix of ages
# one seal later, caches and allocator arenas have met every kind of request.
WARM_UP_SECONDS = 600
# Growth is the median of the last quarter after warm-up less that of the first, which are three quarters of the time apart.
# An allocator's arena grows by steps: glibc asks for 128 kB at a time and a worker thread that first gets a kind of work has one
# of its own. Whatever grows with the work done, be it eight bytes per request at 10 requests a second, is over 4 kB a minute.
STEP_BYTES = 256 << 10
SLOPE_BYTES_PER_MINUTE = {"sonde-scraper": 48 << 10}
SLOPE_BYTES_PER_MINUTE_DEFAULT = 2 << 10
# The scraper's slope is by design: per group and seal, which is every 120 rows, it remembers where the slab is until the block is
# cut: 56 bytes, in a vector with up to a quarter to spare. 700 groups (the 200 targets', and one for each of the 50 that are pushed
# under each of the 10 targets that scrape the pushgateway), sealed each two minutes: up to 24.5 kB a minute; as much again is allowed.
COUNT_STEP = 4  # descriptors and threads: connections that happen to be open in one half and not in the other


class Sample:
    def __init__(self, pid):
        def read(name):
            with open(f"/proc/{pid}/{name}", encoding="ascii") as file:
                return file.read()
        rollup = read("smaps_rollup")
        self.anonymous, self.resident = (1024 * int(re.search(rf"^{word}:\s+(\d+)", rollup, re.M)[1]) for word in ("Anonymous", "Rss"))
        fields = read("stat").rpartition(")")[2].split()
        self.cpu = (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
        self.threads = int(fields[17])
        self.descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        self.at = time.monotonic()


class Watch:
    def __init__(self, fleet):
        self.fleet, self.samples, self.begun = fleet, {name: [] for name in fleet.processes}, time.monotonic()
        self.read_to, self.warnings = dict.fromkeys(fleet.processes, 0), {}

    def sample(self):
        """One sample of each process; an ended one is the end. Gives the errors that the logs have since the last."""
        findings = []
        for name, process in self.fleet.processes.items():
            assert process.poll() is None, f"{name} has ended with {process.poll()}: {self.log_end(name)}"
            self.samples[name].append(Sample(process.pid))
            findings += self.read_log(name)
        return findings

    def log_end(self, name):
        with open(self.fleet.logs[name], encoding="utf-8", errors="replace") as file:
            return file.read()[-2000:]

    def read_log(self, name):
        with open(self.fleet.logs[name], "rb") as file:
            file.seek(self.read_to[name])
            whole, end, _ = file.read().rpartition(b"\n")
        self.read_to[name] += len(whole + end)
        lines = whole.decode(errors="replace").splitlines()
        self.warnings[name] = self.warnings.get(name, 0) + sum("level=WARN" in line for line in lines)
        return [f"{name} logged: {line}" for line in lines if not EXPECTED.search(line)]

    def quarters(self, name):
        """The samples of the first and of the last quarter after warm-up; None when there was none."""
        warm = [sample for sample in self.samples[name] if sample.at >= self.begun + WARM_UP_SECONDS]
        quarter = len(warm) // 4
        return (warm[:quarter], warm[-quarter:]) if quarter >= 5 and warm[-1].at - warm[0].at >= WARM_UP_SECONDS else None

    def growth(self, name):
        """(bytes grown, bytes allowed, how many more descriptors, how many more threads), or None when the run was too short."""
        parts = self.quarters(name)
        if parts is None:
            return None
        first, last = ({field: statistics.median(getattr(sample, field) for sample in part)
                        for field in ("anonymous", "descriptors", "threads", "at")} for part in parts)
        slope = SLOPE_BYTES_PER_MINUTE.get(name, SLOPE_BYTES_PER_MINUTE_DEFAULT)
        allowed = STEP_BYTES + slope * (last["at"] - first["at"]) / 60
        return (last["anonymous"] - first["anonymous"], allowed, last["descriptors"] - first["descriptors"],
                last["threads"] - first["threads"])

    def growth_findings(self):
        if harness.SANITIZED:  # Their allocators keep what was freed.
            return []
        findings = []
        for name in self.samples:
            grown = self.growth(name)
            if grown and grown[0] > grown[1]:
                findings.append(f"{name} grew by {grown[0] / 1024:.0f} kB of anonymous memory, {grown[1] / 1024:.0f} kB are allowed")
            if grown and max(grown[2:]) > COUNT_STEP:
                findings.append(f"{name} has {grown[2]:.0f} more descriptors and {grown[3]:.0f} more threads")
        return findings

    def table(self):
        """A line per process: what it uses now, at most, and how it grew."""
        rows = [f"{'process':24} {'anonymous kB':>13} {'most':>8} {'RSS kB':>8} {'growth/allowed kB':>19} {'fds':>5} {'most':>5} "
                f"{'threads':>8} {'CPU s':>8} {'% of a core':>12} {'warnings':>9}"]
        for name, samples in self.samples.items():
            last, first = samples[-1], samples[0]
            grown = self.growth(name)
            share = 100 * (last.cpu - first.cpu) / max(1e-9, last.at - first.at)
            change = f"{grown[0] / 1024:+.0f}/{grown[1] / 1024:.0f}" if grown else "too short"
            rows.append(f"{name:24} {last.anonymous >> 10:>13} {max(s.anonymous for s in samples) >> 10:>8} {last.resident >> 10:>8} "
                        f"{change:>19} {last.descriptors:>5} {max(s.descriptors for s in samples):>5} {last.threads:>8} "
                        f"{last.cpu:>8.1f} {share:>12.2f} {self.warnings.get(name, 0):>9}")
        return "\n".join(rows)
