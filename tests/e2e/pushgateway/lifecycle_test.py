"""The gateway over restarts: the persistence file, quitting, wiping."""
import os
import re
import tempfile
import time

import harness
import lab
from expositions import check, page


def push(base, path, body):
    status, _, answer = harness.fetch(base + path, method="PUT", data=body)
    assert status == 200, (path, status, answer)


def pushed(base):
    """The lines of the page that belong to groups."""
    text = harness.fetch(base + "/metrics")[2].decode()
    return [line for line in text.splitlines() if re.search(r'[{,]job="', line)]


def test_restart(folder):
    path = os.path.join(folder, "groups")
    flags = ["--persistence.file=" + path, "--persistence.interval=100ms"]
    with lab.gateway(*flags) as (base, process):
        push(base, "/metrics/job/a/instance/x", b"# HELP m Help, \\\\ and \\n.\n# TYPE m counter\nm{l=\"\\\"quoted\\\"\"} 1.5\n")
        push(base, "/metrics/job@base64/L3Zhci90bXA=/instance@base64/=", b"m2 NaN\n")
        push(base, "/metrics/job/empty", b"")
        harness.fetch(base + "/metrics/job/failed", method="PUT", data=b"{\n")
        harness.wait_for(lambda: os.path.exists(path), what="the file")
        push(base, "/metrics/job/late", b"late 1\n")
        before = pushed(base)
        process.terminate()
        check(process.wait(10) == 0, "SIGTERM ends with code 0")
    check(os.listdir(folder) == ["groups"], "no other file is left")
    with lab.gateway(*flags) as (base, process):
        check(pushed(base) == before and len(before) == 11, "everything is back, to the letter")
        push(base, "/metrics/job/killed", b"k 1\n")
        harness.wait_for(lambda: b"killed" in open(path, "rb").read(), what="the interval's write")
        process.kill()
        process.wait()
    with lab.gateway(*flags) as (base, _):
        check(page(base + "/metrics").value("k", job="killed", instance="") == 1, "SIGKILL keeps what was written")


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_no_interval(folder):
    path = os.path.join(folder, "at-once")
    for interval in ("0s", "-1s"):
        with lab.gateway("--persistence.file=" + path, "--persistence.interval=" + interval) as (base, process):
            before = cpu_seconds(process)
            push(base, "/metrics/job/now" + interval, b"m 1\n")
            harness.wait_for(lambda: os.path.exists(path) and f"now{interval}".encode() in open(path, "rb").read(),
                             what="the write")
            time.sleep(1)
            check(cpu_seconds(process) - before < 0.4, f"an interval of {interval} does not keep the process busy")


def test_broken_file(folder):
    path, log = os.path.join(folder, "broken"), os.path.join(folder, "log")
    for text in ("", "rubbish", "#sonde-pushgateway 1\n#group x\n#end\n", "#sonde-pushgateway 1\n#group 1 0 job/a\nm 1\n"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        with lab.gateway("--persistence.file=" + path, log=log) as (base, _):
            check(pushed(base) == [], f"a file of {text[:30]!r} is an empty start")
    with open(log, encoding="utf-8") as file:
        check(file.read().count("could not load persisted metrics") == 4, "and is logged")


def test_admin():
    with lab.gateway("--web.enable-lifecycle", "--web.enable-admin-api") as (base, process):
        push(base, "/metrics/job/a", b"m 1\n")
        check(harness.fetch(base + "/api/v1/admin/wipe", method="PUT")[0] == 202 and pushed(base) == [], "wiping")
        push(base, "/metrics/job/a", b"# TYPE m counter\nm 1\n")
        check(harness.fetch(base + "/-/quit", method="GET")[0] == 405, "GET does not quit")
        status, _, body = harness.fetch(base + "/-/quit", method="PUT")
        check(status == 200 and b"Goodbye" in body and process.wait(10) == 0, "quitting ends with code 0")
    with lab.gateway("--push.disable-consistency-check") as (base, _):
        check(harness.fetch(base + "/metrics/job/a", method="PUT", data=b"m 1\n")[0] == 202, "unchecked pushes are 202")


def main():
    test_restart(tempfile.mkdtemp())
    test_no_interval(tempfile.mkdtemp())
    test_broken_file(tempfile.mkdtemp())
    test_admin()


main()
