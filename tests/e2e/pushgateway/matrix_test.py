"""The push matrix: every kind of request at our gateway and at the reference's, one after the other, with the same
status and the same /metrics after each. A row that differs says why; those are rows of docs/differences.md."""
import gzip
import http.client
import json
import re
import struct
import urllib.parse

import harness
import lab
import snappy_frames
from expositions import Page, check, differences

PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
TEXT = "text/plain; version=0.0.4"


def field(number, payload):
    return bytes([number << 3 | 2, len(payload)]) + payload


def family(name, kind, *metrics, delimited=True):
    """A MetricFamily by hand: name 1, type 3, metric 4."""
    out = field(1, name) + bytes([0x18, kind]) + b"".join(field(4, m) for m in metrics)
    return bytes([len(out)]) + out if delimited else out


def label(name, value):
    return field(1, field(1, name) + field(2, value))


def number(field_number, value):
    return field(field_number, b"\x09" + struct.pack("<d", value))


GAUGE = family(b"pb_gauge", 1, label(b"way", b"in") + number(2, 3.5))
COUNTER = family(b"pb_counter", 0, number(3, 7))
STAMPED = family(b"pb_stamped", 1, number(2, 1) + b"\x30\x05")
HISTOGRAM = family(b"pb_histogram", 4, field(7, b"\x08\x03" + b"\x11" + struct.pack("<d", 4.5) +
                                             field(3, b"\x08\x02\x11" + struct.pack("<d", 1))))
SUMMARY = family(b"pb_summary", 2, field(4, b"\x08\x03" + b"\x11" + struct.pack("<d", 4.5) +
                                         field(3, b"\x09" + struct.pack("<d", 0.5) + b"\x11" + struct.pack("<d", 2))))

H = b"# TYPE %s histogram\n%s_bucket{le=\"1\"} 1\n%s_bucket{le=\"+Inf\"} 3\n%s_sum 7.5\n%s_count 3\n"


def histogram(name):
    return H.replace(b"%s", name)


class Row:
    def __init__(self, what, method, path, body=b"", headers=None, ours=None, why=None):
        self.what, self.method, self.path, self.body = what, method, path, body
        self.headers = {"Content-Type": TEXT, **(headers or {})}
        self.ours, self.why = ours, why  # our own status where it differs, and the reason


ROUTER = "the reference's router redirects the path and the push is lost"
NEWER = "newer than Debian's 1.5"

ROWS = [
    # Methods, and what they replace.
    Row("a plain push", "PUT", "/metrics/job/a", b"# TYPE x gauge\nx 1\ny{l=\"v\"} 2.5e3\n"),
    Row("POST keeps other families", "POST", "/metrics/job/a", b"# TYPE x gauge\nx 2\n"),
    Row("POST adds a family", "POST", "/metrics/job/a", b"z_added 1\n"),
    Row("POST replaces all series of a family", "POST", "/metrics/job/a", b"y{l=\"w\"} 1\n"),
    Row("PUT replaces the group", "PUT", "/metrics/job/a", b"# TYPE x gauge\nx 3\n"),
    Row("an instance of its own", "PUT", "/metrics/job/a/instance/i1", b"# TYPE x gauge\nx 3\n"),
    Row("an empty PUT makes a group", "PUT", "/metrics/job/empty"),
    Row("an empty POST touches a group", "POST", "/metrics/job/a"),
    Row("an empty PUT empties a group", "PUT", "/metrics/job/a/instance/i1"),
    Row("deleting", "DELETE", "/metrics/job/a/instance/i1"),
    Row("deleting what is not there", "DELETE", "/metrics/job/nobody"),
    Row("a delete's body is not looked at", "DELETE", "/metrics/job/nobody", b"{{{"),
    Row("deleting only the exact group", "DELETE", "/metrics/job/a/zone/x"),
    Row("GET of a group", "GET", "/metrics/job/a"),
    Row("HEAD of a group", "HEAD", "/metrics/job/a"),
    Row("PATCH of a group", "PATCH", "/metrics/job/a", b"x 1\n"),
    Row("POST to /metrics", "POST", "/metrics", b"x 1\n"),
    Row("PUT to /metrics", "PUT", "/metrics", b"x 1\n"),
    Row("DELETE of /metrics", "DELETE", "/metrics"),
    # Keys.
    Row("the key wins over the body", "PUT", "/metrics/job/b/l/key", b"kw{l=\"body\",job=\"body\",k=\"kept\"} 1\n"),
    Row("an instance in the body stays", "PUT", "/metrics/job/b", b"ki{instance=\"mine\"} 1\n"),
    Row("a trailing slash", "PUT", "/metrics/job/slash/", b"t 1\n"),
    Row("a trailing slash behind a label", "PUT", "/metrics/job/slash/l/v/", b"t 1\n"),
    Row("a label without its value", "PUT", "/metrics/job/a/instance", b"t 1\n"),
    Row("a label with an empty value", "PUT", "/metrics/job/slash/l/", b"te 1\n"),
    Row("a value in base64", "PUT", "/metrics/job@base64/L3Zhci90bXA=", b"b64 1\n"),
    Row("base64 without padding", "PUT", "/metrics/job/c/path@base64/L3Zhci90bXA", b"b64 2\n"),
    Row("too much padding", "PUT", "/metrics/job/c/path@base64/L3Zhci90bXA====", b"b64 3\n"),
    # After a bad job, 1.5 never answers another request of the same method for a job in base64: so by POST, and at the end.
    Row("base64 of the other alphabet", "POST", "/metrics/job@base64/+A==", b"b64 4\n"),
    Row("base64 of the URL's alphabet", "PUT", "/metrics/job@base64/Pz8_", b"b64 5\n"),
    Row("base64 with bits left over", "PUT", "/metrics/job@base64/QR", b"b64 5\n"),
    Row("bad base64 in a label", "PUT", "/metrics/job/c/path@base64/!!!", b"b64 6\n"),
    Row("an empty value in base64", "PUT", "/metrics/job/c/instance@base64/=", b"ei{instance=\"x\"} 2\n"),
    Row("an empty job in base64", "PUT", "/metrics/job@base64/=", b"t 1\n"),
    Row("the suffix twice", "PUT", "/metrics/job/c/path@base64@base64/QQ", b"t 1\n"),
    Row("escapes in the path", "PUT", "/metrics/job/%C3%A4%20b/l/a%22b", b"esc{m=\"\\\"\\\\\\n\"} 1\n"),
    Row("an escaped slash is a slash", "PUT", "/metrics/job/a%2Fb/l", b"sl 1\n"),
    Row("an escaped slash makes an odd path", "PUT", "/metrics/job/a%2Fb", b"sl 2\n"),
    Row("a plus is a plus", "PUT", "/metrics/job/a+b", b"pl 1\n"),
    Row("a broken escape", "PUT", "/metrics/job/%zz", b"t 1\n"),
    Row("a query is not looked at", "PUT", "/metrics/job/q?x=y", b"qu 1\n"),
    Row("a label twice, the last holds", "PUT", "/metrics/job/d/l/1/l/2", b"tw 1\n"),
    Row("the job twice, the first holds", "PUT", "/metrics/job/d/job/e", b"tw2 1\n"),
    Row("labels in any order are one group", "PUT", "/metrics/job/o/b/2/a/1", b"ord 1\n"),
    Row("and are replaced", "PUT", "/metrics/job/o/a/1/b/2", b"ord2 1\n"),
    Row("a reserved label", "PUT", "/metrics/job/a/__x/v", b"t 1\n"),
    Row("a bad label name", "PUT", "/metrics/job/a/a-b/v", b"t 1\n"),
    Row("a label name of digits", "PUT", "/metrics/job/a/1/v", b"t 1\n"),
    Row("no job's name", "PUT", "/metrics/job//l/v", b"t 1\n", ours=400, why=ROUTER),
    Row("an empty component", "PUT", "/metrics/job/a//l", b"t 1\n", ours=400, why=ROUTER),
    Row("a path without a job", "PUT", "/metrics/instance/x", b"t 1\n"),
    Row("no path at all", "PUT", "/metrics/", b"t 1\n"),
    Row("nothing but job", "PUT", "/metrics/job", b"t 1\n"),
    Row("a job that is empty", "PUT", "/metrics/job/", b"t 1\n", ours=400, why=ROUTER),
    Row("another prefix", "PUT", "/pushed/job/a", b"t 1\n"),
    Row("deleting without a value", "DELETE", "/metrics/job/a/instance"),
    Row("deleting with a bad name", "DELETE", "/metrics/job/a/a-b/v"),
    # Text bodies.
    Row("a histogram and a summary", "PUT", "/metrics/job/types",
        histogram(b"h") + b"# TYPE s summary\ns{quantile=\"0.5\"} 2\ns_sum 4\ns_count 2\n"),
    Row("a histogram without +Inf", "PUT", "/metrics/job/t2", b"# TYPE h2 histogram\nh2_bucket{le=\"1.0\"} 1\nh2_sum 3\nh2_count 2\n"),
    Row("a histogram of a count only", "PUT", "/metrics/job/t3", b"# TYPE h3 histogram\nh3_count 2\n"),
    Row("a bucket without its bound", "PUT", "/metrics/job/t4", b"# TYPE h4 histogram\nh4_bucket 2\nh4_count 2\n"),
    Row("a bound that is no number", "PUT", "/metrics/job/t5", b"# TYPE h5 histogram\nh5_bucket{le=\"x\"} 2\n"),
    Row("special values", "PUT", "/metrics/job/values", b"v{n=\"1\"} NaN\nv{n=\"2\"} +Inf\nv{n=\"3\"} -Inf\nv{n=\"4\"} 1e-400\nv{n=\"5\"} 0x1\n"),
    Row("special values that are numbers", "PUT", "/metrics/job/values", b"v{n=\"1\"} NaN\nv{n=\"2\"} +Inf\nv{n=\"3\"} -inf\nv{n=\"4\"} 1e-400\nv{n=\"5\"} .5\nv{n=\"6\"} +1.50\n"),
    Row("a number out of range", "PUT", "/metrics/job/values", b"v 1e400\n"),
    Row("a number with underscores", "PUT", "/metrics/job/values", b"v 1_000\n"),
    Row("blanks everywhere", "PUT", "/metrics/job/blanks", b"  bl  { a = \"b\" ,\tc=\"d\", }\t1\n\n# comment\n#\n"),
    Row("a blank behind the value", "PUT", "/metrics/job/blanks", b"bl 1 \n"),
    Row("CRLF", "PUT", "/metrics/job/blanks", b"bl 1\r\n"),
    Row("no line feed at the end", "PUT", "/metrics/job/cut", b"x 1"),
    Row("rubbish", "PUT", "/metrics/job/rubbish", b"{{{\n"),
    Row("a NUL", "PUT", "/metrics/job/rubbish", b"a\0b 1\n"),
    Row("a name that begins with a digit", "PUT", "/metrics/job/rubbish", b"1x 1\n"),
    Row("a label without quotes", "PUT", "/metrics/job/rubbish", b"x{a=b} 1\n"),
    Row("labels without a comma", "PUT", "/metrics/job/rubbish", b"x{a=\"b\" c=\"d\"} 1\n"),
    Row("an escape that is none", "PUT", "/metrics/job/rubbish", b"x{a=\"\\t\"} 1\n"),
    Row("a line feed in a label", "PUT", "/metrics/job/rubbish", b"x{a=\"b\nc\"} 1\n"),
    Row("a label that is not UTF-8", "PUT", "/metrics/job/rubbish", b"x{a=\"\xff\"} 1\n"),
    Row("a label twice in a line", "PUT", "/metrics/job/rubbish", b"x{a=\"1\",a=\"2\"} 1\n"),
    Row("a __name__", "PUT", "/metrics/job/rubbish", b"x{__name__=\"y\"} 1\n"),
    Row("a reserved label in the body", "PUT", "/metrics/job/reserved", b"x{__y=\"1\"} 1\n"),
    Row("an unknown type", "PUT", "/metrics/job/rubbish", b"# TYPE x gouge\nx 1\n"),
    Row("a type in capitals", "PUT", "/metrics/job/capitals", b"# TYPE cap GAUGE\ncap 1\n"),
    Row("a second TYPE", "PUT", "/metrics/job/rubbish", b"# TYPE r gauge\n# TYPE r gauge\nr 1\n"),
    Row("a TYPE behind samples", "PUT", "/metrics/job/rubbish", b"r 1\n# TYPE r gauge\n"),
    Row("a second HELP", "PUT", "/metrics/job/rubbish", b"# HELP r a\n# HELP r b\nr 1\n"),
    Row("TYPE and HELP without words", "PUT", "/metrics/job/words", b"# HELP wo\n# TYPE wo\nwo 1\n"),
    Row("an empty label", "PUT", "/metrics/job/emptylabel", b"el{a=\"\"} 1\nel 2\n"),
    Row("a timestamp", "PUT", "/metrics/job/stamp", b"x 1 1234\n"),
    Row("an empty timestamped family beside", "POST", "/metrics/job/stamp2", b"xs 1 1234\nyt 1\n"),
    Row("OpenMetrics is no text", "PUT", "/metrics/job/om", b"# TYPE om counter\nom_total 1\n# EOF\n",
        {"Content-Type": "application/openmetrics-text; version=1.0.0"}),
    # Consistency.
    Row("another type than another group's", "PUT", "/metrics/job/clash", b"# TYPE x counter\nx 1\n"),
    Row("untyped beside a gauge", "PUT", "/metrics/job/clash", b"x 1\n"),
    Row("one bad family refuses all", "PUT", "/metrics/job/clash", b"fresh 1\n# TYPE x counter\nx 1\n"),
    Row("the only group may change its type", "PUT", "/metrics/job/capitals", b"# TYPE cap counter\ncap 1\n"),
    Row("a series twice", "PUT", "/metrics/job/twice", b"d 1\nd 2\n"),
    Row("a series twice in two orders", "PUT", "/metrics/job/twice", b"d{a=\"1\",b=\"2\"} 1\nd{b=\"2\",a=\"1\"} 2\n"),
    Row("a series twice by the key", "PUT", "/metrics/job/twice", b"d{job=\"1\"} 1\nd{job=\"2\"} 2\n"),
    Row("another group's series", "PUT", "/metrics/job/b", b"k2{instance=\"i\"} 1\n"),
    Row("another group's series, again", "PUT", "/metrics/job/b/instance/i", b"k2 1\n"),
    Row("a part of a histogram", "PUT", "/metrics/job/part", b"h_count 1\n"),
    Row("a histogram over a part", "PUT", "/metrics/job/part", b"hh_sum 1\n"),
    Row("a histogram over a part, again", "PUT", "/metrics/job/part2", histogram(b"hh")),
    Row("a family of the gateway itself", "PUT", "/metrics/job/own", b"# TYPE process_open_fds gauge\nprocess_open_fds 1\n"),
    Row("and with another type", "PUT", "/metrics/job/own", b"# TYPE process_open_fds counter\nprocess_open_fds 1\n"),
    Row("deleting it", "DELETE", "/metrics/job/own"),
    Row("a push time of its own is dropped", "PUT", "/metrics/job/time", b"# TYPE push_time_seconds gauge\npush_time_seconds 1\n"),
    Row("another help is no difference", "PUT", "/metrics/job/help", b"# HELP x Other.\n# TYPE x gauge\nx 1\n"),
    # Encodings.
    Row("gzip", "PUT", "/metrics/job/gz", gzip.compress(b"gz 1\n"), {"Content-Encoding": "gzip"}),
    Row("GZIP", "PUT", "/metrics/job/gz", gzip.compress(b"gz 2\n"), {"Content-Encoding": "GZIP"}, ours=200, why=NEWER),
    Row("two members of gzip", "PUT", "/metrics/job/gz", gzip.compress(b"gz 3\n") + gzip.compress(b"gz3 1\n"), {"Content-Encoding": "gzip"}),
    Row("no gzip in gzip", "PUT", "/metrics/job/nogz", b"x 1\n", {"Content-Encoding": "gzip"}),
    Row("gzip cut short", "PUT", "/metrics/job/nogz", gzip.compress(b"gz 1\n")[:-6], {"Content-Encoding": "gzip"}, ours=400, why=NEWER),
    Row("what was cut is deleted", "DELETE", "/metrics/job/nogz"),
    Row("gzip of nothing", "PUT", "/metrics/job/nogz", b"", {"Content-Encoding": "gzip"}),
    Row("snappy", "PUT", "/metrics/job/sn", snappy_frames.compress(b"sn 1\n"), {"Content-Encoding": "snappy"}, ours=200, why=NEWER),
    Row("what was in snappy is deleted", "DELETE", "/metrics/job/sn"),
    Row("snappy of a block, not frames", "PUT", "/metrics/job/sn", b"\x05\x10sn 1\n", {"Content-Encoding": "snappy"}),
    Row("snappy cut short", "PUT", "/metrics/job/sn", snappy_frames.compress(b"sn 1\n")[:-2], {"Content-Encoding": "snappy"}),
    Row("an encoding nobody knows is not looked at", "PUT", "/metrics/job/en", b"en 1\n", {"Content-Encoding": "br"}),
    Row("identity", "PUT", "/metrics/job/en", b"en 2\n", {"Content-Encoding": "identity"}),
    # Protobuf.
    Row("protobuf", "PUT", "/metrics/job/pb", GAUGE + COUNTER, {"Content-Type": PROTOBUF}),
    Row("protobuf of histogram and summary", "PUT", "/metrics/job/pb2", HISTOGRAM + SUMMARY, {"Content-Type": PROTOBUF}),
    Row("protobuf with a quoted type", "PUT", "/metrics/job/pb3", GAUGE, {"Content-Type": PROTOBUF.replace("=io", '="io').replace("Family;", 'Family";')}),
    Row("protobuf in gzip", "PUT", "/metrics/job/pb", gzip.compress(GAUGE), {"Content-Type": PROTOBUF, "Content-Encoding": "gzip"}),
    Row("protobuf of nothing", "PUT", "/metrics/job/pb", b"", {"Content-Type": PROTOBUF}),
    Row("protobuf cut short", "PUT", "/metrics/job/pbcut", GAUGE[:-3], {"Content-Type": PROTOBUF}),
    Row("protobuf with a timestamp", "PUT", "/metrics/job/pbstamp", STAMPED, {"Content-Type": PROTOBUF}),
    Row("protobuf of half a type is text", "PUT", "/metrics/job/pbtext", b"pt 1\n", {"Content-Type": "application/vnd.google.protobuf"}),
    Row("no content type is text", "PUT", "/metrics/job/none", b"no 1\n", {"Content-Type": ""}),
    Row("bad base64", "PUT", "/metrics/job@base64/!!!", b"b64 6\n"),
    # The rest of the API.
    Row("quit by GET", "GET", "/-/quit"),
    Row("quit is off", "PUT", "/-/quit"),
    Row("quit is off for POST too", "POST", "/-/quit"),
    Row("wiping is off", "PUT", "/api/v1/admin/wipe"),
    Row("healthy", "GET", "/-/healthy"),
    Row("ready", "GET", "/-/ready"),
    Row("status of the API", "GET", "/api/v1/status"),
    Row("metrics of the API", "GET", "/api/v1/metrics"),
    Row("options of the API", "OPTIONS", "/api/v1/metrics"),
    Row("an unknown API", "GET", "/api/v1/nothing"),
    Row("posting to the API", "POST", "/api/v1/metrics"),
    Row("the page", "GET", "/"),
    Row("the other page", "GET", "/status"),
    Row("an unknown page", "GET", "/nothing"),
    Row("an unknown static file", "GET", "/static/nothing"),
]


def send(base, row):
    parts = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    headers = {k: v for k, v in row.headers.items() if v}
    connection.request(row.method, row.path, body=row.body or (b"" if row.method in ("PUT", "POST") else None), headers=headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


def pushed(base):
    """The groups' part of the page."""
    return Page(harness.fetch(base + "/metrics")[2].decode())


def compare(ours, theirs, where):
    found = differences(theirs, ours, ["^pushgateway_"])
    found += [f"{key}: {theirs.samples[key]} there, {ours.samples[key]} here" for key in theirs.samples
              if key in ours.samples and dict(key[1]).get("job") and "time_seconds" not in key[0]
              and ours.samples[key] != theirs.samples[key]]
    zero = [key for key in theirs.samples if "time_seconds" in key[0] and key in ours.samples and
            (theirs.samples[key] == "0") != (ours.samples[key] == "0")]
    found += [f"{key}: never on one side only" for key in zero]
    if found:
        raise AssertionError(f"{where}: " + "; ".join(found))


def api_groups(base):
    """The query API's groups by their labels, without what is the time's."""
    groups = {}
    for group in json.loads(harness.fetch(base + "/api/v1/metrics")[2])["data"]:
        for name, entry in group.items():
            if isinstance(entry, dict) and "time_stamp" in entry:
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", entry.pop("time_stamp")), name
                for metric in entry["metrics"]:  # Ours is there as on /metrics; the reference leaves it to that.
                    metric.get("buckets", {}).pop("+Inf", None)
                entry["metrics"].sort(key=lambda metric: json.dumps(metric, sort_keys=True))
                if name.startswith("push_") and name.endswith("time_seconds"):
                    entry["metrics"][0]["value"] = entry["metrics"][0]["value"] != "0"
        groups[json.dumps(group["labels"], sort_keys=True)] = group
    return groups


def api_differences(theirs, ours):
    found = [f"API: group {labels} on one side only" for labels in sorted(theirs.keys() ^ ours.keys())]
    for labels in theirs.keys() & ours.keys():
        a, b = theirs[labels], ours[labels]
        found += [f"API: {labels} {name}: {a.get(name)} there, {b.get(name)} here"
                  for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]
    return found


def main():
    assert len(ROWS) >= 80
    reference = harness.need("prometheus-pushgateway")
    with lab.gateway() as (ours, _), lab.gateway("--persistence.file=", program=reference) as (theirs, _):
        problems = []
        for row in ROWS:
            (our_status, our_text), (their_status, _) = send(ours, row), send(theirs, row)
            if row.ours is not None:
                check(our_status == row.ours, f"{row.what}: {our_status} here, {their_status} there: {row.why}")
                continue
            if our_status != their_status:
                problems.append(f"{row.what}: {their_status} there, {our_status} here {our_text[:200]}")
            try:
                compare(pushed(ours), pushed(theirs), row.what)
            except AssertionError as error:
                problems.append(str(error))
                break
            print(f"ok: {row.what}: {our_status}")
        problems += api_differences(api_groups(theirs), api_groups(ours))
        check(not problems, f"{len(ROWS)} requests, the same answers and the same page" + "".join("\n  " + p for p in problems))


main()
