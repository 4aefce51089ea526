"""A witness of the machine: a process per processor that asks to be woken each 50 ms and notes when that came late.

A target that is down for one scrape, while a process that does nothing but sleep was not woken for as long, says nothing about the
target. Started as `stalls.py PROCESSOR`, it prints "TIME SECONDS_LATE" for each stall.
"""
import os
import subprocess
import sys
import time

STEP_SECONDS = 0.05
STALL_SECONDS = 0.25  # A quarter of the scrape's timeout; several processes wait for one another in a scrape.


def witness(processor):
    os.sched_setaffinity(0, {processor})
    while os.getppid() != 1:
        due = time.monotonic() + STEP_SECONDS
        time.sleep(STEP_SECONDS)
        late = time.monotonic() - due
        if late >= STALL_SECONDS:
            print(f"{time.time():.3f} {late:.3f}", flush=True)


class Stalls:
    """Reads what the witnesses wrote; for a `with`."""

    def __init__(self, folder):
        self.path, self.children, self.seen = os.path.join(folder, "stalls"), [], []

    def __enter__(self):
        with open(self.path, "a", encoding="ascii") as file:
            self.children = [subprocess.Popen([sys.executable, os.path.abspath(__file__), str(processor)], stdout=file)
                             for processor in os.sched_getaffinity(0)]
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.kill()
            child.wait()

    def since(self, begun):
        """(number, longest in seconds) of the stalls that ended after that time."""
        with open(self.path, encoding="ascii") as file:
            self.seen = [tuple(map(float, line.split())) for line in file if line.endswith("\n")]
        late = [seconds for at, seconds in self.seen if at >= begun]
        return len(late), max(late, default=0)


if __name__ == "__main__":
    witness(int(sys.argv[1]))
