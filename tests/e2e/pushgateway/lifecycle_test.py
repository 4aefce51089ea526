"""The gateway over restarts: the persistence file, quitting, wiping."""
import gzip
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.parse

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
    check(sorted(os.listdir(folder)) == ["groups", "groups.lock"], "no other file is left")
    with lab.gateway(*flags) as (base, process):
        check(pushed(base) == before and len(before) == 11, "everything is back, to the letter")
        push(base, "/metrics/job/killed", b"k 1\n")
        process.kill()
        process.wait()
    with lab.gateway(*flags) as (base, _):
        check(page(base + "/metrics").value("k", job="killed", instance="") == 1, "SIGKILL keeps what was answered")


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
                             what="the snapshot")
            time.sleep(1)
            check(cpu_seconds(process) - before < 0.4, f"an interval of {interval} does not keep the process busy")


def test_broken_file(folder):
    log = os.path.join(folder, "log")
    for number, content in enumerate((b"rubbish", b"#sonde-pushgateway 1\n#end\n", b"SPG1\2\0")):
        path = os.path.join(folder, f"broken{number}")
        with open(path, "wb") as file:
            file.write(content)
        with lab.gateway("--persistence.file=" + path, log=log) as (base, _):
            check(pushed(base) == [], f"a file of {content[:30]!r} is an empty start")
            push(base, "/metrics/job/a", b"m 1\n")
        with open(path + ".broken.1", "rb") as file:
            check(file.read() == content, "and is kept")
        with lab.gateway("--persistence.file=" + path) as (base, _):
            check(page(base + "/metrics").value("m", job="a", instance="") == 1, "while what comes next is persisted")
    with open(log, encoding="utf-8") as file:
        check(file.read().count("could not load all persisted metrics") == 3, "and is logged")


def refused(*flags):
    """The message of a gateway that does not start."""
    done = subprocess.run([harness.ours("sonde-pushgateway"), f"--web.listen-address=127.0.0.1:{harness.free_port()}", *flags],
                          capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1, (done.returncode, done.stderr)
    return done.stderr


def test_refusals(folder):
    path = os.path.join(folder, "taken")
    with lab.gateway("--persistence.file=" + path):
        check("is held by process" in refused("--persistence.file=" + path), "one process per file")
    os.mkdir(os.path.join(folder, "directory"))
    check("directory" in refused("--persistence.file=" + os.path.join(folder, "directory")), "what cannot be read is not replaced")
    check("--push.ttl-for-job" in refused("--push.ttl-for-job=x"), "a bad flag is named")
    check("--web.external-url" in refused("--web.external-url=x"), "a bad URL is named")


def test_prefix():
    with lab.gateway("--web.external-url=http://example.org/push/", "--web.telemetry-path=/own", probe="/push/-/ready") as (base, _):
        push(base, "/push/metrics/job/a", b"m 1\n")
        check(page(base + "/push/own").value("m", job="a", instance="") == 1, "everything is below the prefix")
        check(harness.fetch(base + "/metrics/job/a", method="PUT", data=b"m 1\n")[0] == 404, "and nothing beside it")
        text = harness.fetch(base + "/push/")[2].decode()
        check('data-path="/push/metrics/job/a"' in text and 'href="/push/static/page.css"' in text, "the page's links are below it too")
        check(harness.fetch(base + "/push/static/page.js")[0] == 200, "so are its files")
        check(harness.fetch(base + "/push/api/v1/status")[0] == 200, "so is the API")
    with lab.gateway("--web.external-url=http://example.org/push/", "--web.route-prefix=/") as (base, _):
        push(base, "/metrics/job/a", b"m 1\n")
        check('data-path="/push/metrics/job/a"' in harness.fetch(base + "/")[2].decode(), "a proxy may take the prefix off")


def test_ttl():
    with lab.gateway("--push.ttl=2s", "--push.ttl-for-job=keep=0") as (base, _):
        push(base, "/metrics/job/short", b"m 1\n")
        push(base, "/metrics/job/keep", b"m 1\n")
        harness.fetch(base + "/metrics/job/header", method="PUT", data=b"m 1\n", headers={"X-Sonde-TTL": "1h"})
        status, _, body = harness.fetch(base + "/metrics/job/bad", method="PUT", data=b"m 1\n", headers={"X-Sonde-TTL": "x"})
        check(status == 400 and b"X-Sonde-TTL" in body, "a bad time to live is named")
        harness.wait_for(lambda: "m" in page(base + "/metrics").types and
                         page(base + "/metrics").value("m", job="short", instance="") is None, what="the end of a group")
        got = page(base + "/metrics")
        check(got.value("m", job="keep", instance="") == 1 and got.value("m", job="header", instance="") == 1, "others stay")


def test_limits():
    with lab.gateway("--push.max-groups=2", "--push.max-series-per-group=3", "--push.max-body-size=1KB") as (base, _):
        put = lambda path, body, **headers: harness.fetch(base + path, method="PUT", data=body, headers=headers)[0]
        check(put("/metrics/job/a", b"a 1\nb 1\nc 1\n") == 200 and put("/metrics/job/b", b"") == 200, "up to the limits")
        check(put("/metrics/job/c", b"") == 429 and put("/metrics/job/a", b"a 2\n") == 200, "one more group is 429, a known one is not")
        check(put("/metrics/job/b", b"m 1\nn 1\no 1\np 1\n") == 413, "more series are 413")
        check(put("/metrics/job/a", b"#" * 2000 + b"\n") == 413, "a larger body is 413")
        packed = gzip.compress(b"#" * 2000 + b"\n")
        check(put("/metrics/job/a", packed, **{"Content-Encoding": "gzip"}) == 413, "packed or not")


def test_aggregation():
    add = {"X-Sonde-Aggregate": "sum"}
    with lab.gateway("--push.enable-aggregation") as (base, _):
        for _ in range(3):
            status = harness.fetch(base + "/metrics/job/a", method="POST", data=b"# TYPE c counter\nc 2\n# TYPE g gauge\ng 5\n", headers=add)[0]
            assert status == 200, status
        got = page(base + "/metrics")
        check(got.value("c", job="a", instance="") == 6 and got.value("g", job="a", instance="") == 5, "counters add up, gauges do not")
    with lab.gateway() as (base, _):
        check(harness.fetch(base + "/metrics/job/a", method="POST", data=b"c 2\n", headers=add)[0] == 400, "only where it is enabled")


def test_admin():
    with lab.gateway("--web.enable-lifecycle", "--web.enable-admin-api") as (base, process):
        push(base, "/metrics/job/a", b"m 1\n")
        check(harness.fetch(base + "/api/v1/admin/wipe", method="PUT")[0] == 202 and pushed(base) == [], "wiping")
        push(base, "/metrics/job/a", b"# TYPE m counter\nm 1\n")
        push(base, "/metrics/job/b/instance/i1", b"")
        push(base, "/metrics/job/b/instance/i2", b"")
        groups = base + "/api/v1/admin/groups"
        check(harness.fetch(groups, method="DELETE")[0] == 400, "deleting needs a selector")
        status, _, body = harness.fetch(groups + "?match[]=" + urllib.parse.quote('{job="b",instance=~"i.*"}'), method="DELETE")
        check(status == 202 and json.loads(body)["data"]["deleted"] == 2 and len(pushed(base)) == 3, "deleting by matchers")
        check(harness.fetch(base + "/-/quit", method="GET")[0] == 405, "GET does not quit")
        status, _, body = harness.fetch(base + "/-/quit", method="PUT")
        check(status == 200 and b"Goodbye" in body and process.wait(10) == 0, "quitting ends with code 0")
    with lab.gateway("--push.disable-consistency-check") as (base, _):
        check(harness.fetch(base + "/metrics/job/a", method="PUT", data=b"m 1\n")[0] == 202, "unchecked pushes are 202")


def main():
    test_restart(tempfile.mkdtemp())
    test_no_interval(tempfile.mkdtemp())
    test_broken_file(tempfile.mkdtemp())
    test_refusals(tempfile.mkdtemp())
    test_prefix()
    test_ttl()
    test_limits()
    test_aggregation()
    test_admin()


main()
