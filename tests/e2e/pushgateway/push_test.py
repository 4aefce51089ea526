"""Every kind of push at our gateway and, where it is installed, at the reference: the same answers and the same page."""
import gzip
import shutil
import struct
import time

import harness
import lab
from expositions import Page, check, differences, page

PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"


def varint_field(number, payload):
    return bytes([number << 3 | 2, len(payload)]) + payload


# A MetricFamily of one gauge, "from_protobuf 3.5", by hand: name 1, help 2, type 3, metric 4; gauge 2, value 1.
FAMILY = (varint_field(1, b"from_protobuf") + varint_field(2, b"By hand.") + b"\x18\x01" +
          varint_field(4, varint_field(1, varint_field(1, b"way") + varint_field(2, b"in")) +
                       varint_field(2, b"\x09" + struct.pack("<d", 3.5))))
DELIMITED = bytes([len(FAMILY)]) + FAMILY

HISTOGRAM = b"""# HELP h A histogram.
# TYPE h histogram
h_bucket{le="1"} 1
h_bucket{le="+Inf"} 3
h_sum 7.5
h_count 3
# TYPE s summary
s{quantile="0.5"} 2
s_sum 4
s_count 2
"""

# (what, method, path, body, headers, status). In order: later ones build on earlier ones.
PUSHES = [
    ("a plain push", "PUT", "/metrics/job/a", b"# TYPE x gauge\nx 1\ny{l=\"v\"} 2.5e3\n", {}, 200),
    ("POST keeps other families", "POST", "/metrics/job/a", b"# TYPE x gauge\nx 2\n", {}, 200),
    ("an instance of its own", "PUT", "/metrics/job/a/instance/i1", b"# TYPE x gauge\nx 3\n", {}, 200),
    ("the key wins over the body", "PUT", "/metrics/job/b/l/key", b"z{l=\"body\",job=\"body\",k=\"kept\"} 1\n", {}, 200),
    ("a trailing slash", "PUT", "/metrics/job/slash/", b"t 1\n", {}, 200),
    ("a value in base64", "PUT", "/metrics/job@base64/L3Zhci90bXA=", b"b64 1\n", {}, 200),
    ("base64 without padding", "PUT", "/metrics/job/c/path@base64/L3Zhci90bXA", b"b64 2\n", {}, 200),
    ("an empty value in base64", "PUT", "/metrics/job/c/instance@base64/=", b"empty_instance{instance=\"x\"} 2\n", {}, 200),
    ("UTF-8 and escapes", "PUT", "/metrics/job/%C3%A4%20b/l/a%22b", b"u{m=\"\\\"\\\\\\n\"} 1\n", {}, 200),
    ("a histogram and a summary", "PUT", "/metrics/job/types", HISTOGRAM, {}, 200),
    ("special values", "PUT", "/metrics/job/values", b"v{n=\"1\"} NaN\nv{n=\"2\"} +Inf\nv{n=\"3\"} -Inf\n", {}, 200),
    ("an empty body", "PUT", "/metrics/job/empty", b"", {}, 200),
    ("a body in gzip", "PUT", "/metrics/job/gz", gzip.compress(b"gz 1\n"), {"Content-Encoding": "gzip"}, 200),
    ("a body in protobuf", "PUT", "/metrics/job/pb", DELIMITED, {"Content-Type": PROTOBUF}, 200),
    ("another type than another group's", "PUT", "/metrics/job/clash", b"# TYPE x counter\nx 1\n", {}, 400),
    ("a timestamp", "PUT", "/metrics/job/stamp", b"x 1 1234\n", {}, 400),
    ("no line feed at the end", "PUT", "/metrics/job/cut", b"x 1", {}, 400),
    ("rubbish", "PUT", "/metrics/job/rubbish", b"{{{\n", {}, 400),
    ("a series twice", "PUT", "/metrics/job/twice", b"d 1\nd 2\n", {}, 400),
    ("a push time of its own is dropped", "PUT", "/metrics/job/time", b"# TYPE push_time_seconds gauge\npush_time_seconds 1\n", {}, 200),
    ("no gzip in gzip", "PUT", "/metrics/job/nogz", b"x 1\n", {"Content-Encoding": "gzip"}, 400),
    ("protobuf cut short", "PUT", "/metrics/job/pbcut", DELIMITED[:-3], {"Content-Type": PROTOBUF}, 400),
    ("no job's name", "PUT", "/metrics/job//l/v", b"x 1\n", {}, 400),
    ("a path without a job", "PUT", "/metrics/instance/x", b"x 1\n", {}, 404),
    ("an odd path", "PUT", "/metrics/job/a/instance", b"x 1\n", {}, 400),
    ("a reserved label", "PUT", "/metrics/job/a/__x/v", b"x 1\n", {}, 400),
    ("a bad label name", "PUT", "/metrics/job/a/a-b/v", b"x 1\n", {}, 400),
    ("bad base64", "PUT", "/metrics/job@base64/!!!", b"x 1\n", {}, 400),
    ("deleting a group", "DELETE", "/metrics/job/b/l/key", None, {}, 202),
    ("deleting one that is not there", "DELETE", "/metrics/job/nobody", None, {}, 202),
    ("deleting without a job", "DELETE", "/metrics/job//l/v", None, {}, 400),
    ("PUT replaces the group", "PUT", "/metrics/job/gz", b"other 1\n", {}, 200),
]


def push_all(base, name):
    for what, method, path, body, headers, wanted in PUSHES:
        if "//" in path and name != "ours":  # A row of docs/differences.md: its router redirects first.
            wanted = 301
        status, _, answer = harness.fetch(base + path, method=method, data=body, headers={"Content-Type": "text/plain", **headers})
        check(status == wanted, f"{name}: {what} is {wanted}" + ("" if status == wanted else f", not {status} {answer!r}"))
    return page(base + "/metrics")


def test_contents(got):
    check(got.value("x", job="a", instance="") == 2 and got.value("y", job="a", instance="", l="v") == 2500, "POST and PUT")
    check(got.value("x", job="a", instance="i1") == 3, "instances are apart")
    check(got.value("b64", job="/var/tmp", instance="") == 1, "base64 is decoded")
    check(got.value("empty_instance", job="c", instance="") == 2, "an empty value in the key overrides")
    check(got.value("h_bucket", job="types", instance="", le="+Inf") == 3 and got.types["h"] == "histogram", "histograms")
    check(got.value("from_protobuf", job="pb", instance="", way="in") == 3.5, "protobuf")
    check("z" not in got.types and "gz" not in got.types, "deleted and replaced ones are gone")
    check(abs(got.value("push_time_seconds", job="a", instance="") - time.time()) < 60, "push_time_seconds")
    check(got.value("push_failure_time_seconds", job="a", instance="") == 0, "no failure is 0")
    check(abs(got.value("push_failure_time_seconds", job="clash", instance="") - time.time()) < 60, "a failure is remembered")
    check(got.value("push_time_seconds", job="clash", instance="") == 0, "what never succeeded is 0")


def test_atomic(base):
    before = harness.fetch(base + "/metrics")[2]
    body = b"# TYPE fresh gauge\nfresh 1\n# TYPE x counter\nx 5\n"
    check(harness.fetch(base + "/metrics/job/a", method="PUT", data=body)[0] == 400, "one bad family refuses the push")
    after = Page(harness.fetch(base + "/metrics")[2].decode())
    check("fresh" not in after.types and after.value("x", job="a", instance="") == 2, "and nothing of it is stored")
    check(b"fresh" not in before, "nor was it before")


def test_other(base):
    check(harness.fetch(base + "/metrics/job/a", method="GET")[0] == 405, "GET of a group is 405")
    check(harness.fetch(base + "/-/quit", method="PUT")[0] == 403, "quit is off by default")
    check(harness.fetch(base + "/api/v1/admin/wipe", method="PUT")[0] in (404, 405), "so is wiping")
    check(harness.fetch(base + "/-/healthy")[0] == 200, "healthy")
    got = page(base + "/metrics")
    check(got.value("pushgateway_http_requests_total", code="400", handler="push", method="put") >= 12, "requests are counted")
    status, headers, _ = harness.fetch(base + "/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"})
    check(status == 200, f"another format may be asked for ({headers['Content-Type']})")


def main():
    with lab.gateway() as (base, process):
        ours = push_all(base, "ours")
        test_contents(ours)
        test_atomic(base)
        test_other(base)
        process.terminate()
        check(process.wait(10) == 0, "SIGTERM ends with code 0")
    reference = shutil.which("prometheus-pushgateway")
    if reference is None:
        return print("note: no prometheus-pushgateway here, not compared")
    with lab.gateway("--persistence.file=", program=reference) as (base, _):
        theirs = push_all(base, "the reference")
    found = differences(theirs, ours, ["^pushgateway_"])
    check(not found, "families, types and series are the reference's: " + "; ".join(found))
    differing = [key for key, text in theirs.samples.items()
                 if key in ours.samples and dict(key[1]).get("job") and "time_seconds" not in key[0]
                 and ours.samples[key] != text]
    check(not differing, f"values are written as the reference writes them: {differing}")
    return None


main()
