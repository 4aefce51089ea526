"""Kills the gateway with SIGKILL in the middle of pushes, again and again: every push that was answered is there after
the restart. push_crash_test.py [kills]: 5 in CI, 200 by hand (about 4 minutes)."""
import http.client
import os
import random
import shutil
import sys
import tempfile
import threading
import time

import harness
from expositions import check, page

WRITERS = 4
GROUPS = 40
FAMILIES = 3


class Writer(threading.Thread):
    """Pushes numbers that only grow to groups of its own; remembers what was answered and what was not."""

    def __init__(self, index, port, seed, state):
        super().__init__()
        self.index, self.port, self.random, self.state = index, port, random.Random(seed), state
        self.stop = False

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self.stop:
            group = f"w{self.index}g{self.random.randrange(GROUPS)}"
            known = self.state.setdefault(group, {"sure": {}, "maybe": []})
            number = known.get("next", 1)
            known["next"] = number + 1
            method = self.random.choice(["PUT", "PUT", "POST", "POST", "POST", "DELETE"])
            after = {} if method != "POST" else dict(known["sure"])
            body = b""
            if method != "DELETE":
                for family in self.random.sample(range(FAMILIES), self.random.randint(1, FAMILIES)):
                    after[f"f{family}"] = number
                    body += f"f{family}{{pad=\"{'x' * self.random.randrange(2000)}\"}} {number}\n".encode()
            known["maybe"] = [after]
            try:
                connection.request(method, f"/metrics/job/{group}", body=body)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return
            assert answer.status in (200, 202), (answer.status, group)
            known["sure"], known["maybe"] = after, []


def groups_of(base):
    """group → family → value."""
    found = {}
    for (name, labels), value in page(base + "/metrics", timeout=30).samples.items():
        job = dict(labels).get("job", "")
        if job.startswith("w") and name.startswith("f"):
            found.setdefault(job, {})[name] = int(float(value))
    return found


def run_once(folder, seed, state, log):
    """One life of the gateway: checks what it found, takes pushes, is killed."""
    port = harness.free_port()
    command = [harness.ours("sonde-pushgateway"), f"--web.listen-address=127.0.0.1:{port}",
               "--persistence.file=" + os.path.join(folder, "groups"), "--persistence.interval=100ms"]
    with harness.running(command, log=log) as process:
        base = f"http://127.0.0.1:{port}"
        harness.wait_http(base + "/-/ready")
        found = groups_of(base)
        for group, known in state.items():
            allowed = [known["sure"], *known["maybe"]]
            got = found.get(group, {})
            assert got in allowed, f"kill {seed}: {group}: {got}, which is none of {allowed}"
            known["sure"], known["maybe"] = got, []
        writers = [Writer(index, port, seed * 100 + index, state) for index in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(random.Random(seed).uniform(0.02, 0.6))
        process.kill()
        process.wait()
        for writer in writers:
            writer.stop = True
            writer.join()
    return sum(known.get("next", 1) - 1 for known in state.values())


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    folder = tempfile.mkdtemp()
    log = os.path.join(folder, "log")
    state, pushes = {}, 0
    try:
        for seed in range(kills):
            pushes = run_once(folder, seed, state, log)
        run_once(folder, kills, state, log)
        left = [name for name in os.listdir(folder) if "broken" in name]
        check(not left, f"{kills} kills during {pushes} pushes: every answered push is there, and no file is broken {left}")
    finally:
        shutil.rmtree(folder)


main()
