"""The usual clients: curl --data-binary and the Python client library, at our gateway and, where it is installed, at the
reference's: the same page."""
import shutil
import subprocess
import sys

import harness
import lab
from expositions import check, differences, page

# Debian's Python has the library where another interpreter on the path does not.
CLIENT = """
import sys
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary
from prometheus_client import delete_from_gateway, push_to_gateway, pushadd_to_gateway
url = sys.argv[1]
registry = CollectorRegistry()
Gauge("job_last_success_unixtime", "Last time a batch job finished", registry=registry).set(1.5e9)
Counter("job_records", "Records", ["kind"], registry=registry).labels("a/b \\\\ \\"c\\"").inc(3)
histogram = Histogram("job_seconds", "Time", registry=registry)
summary = Summary("job_bytes", "Size", registry=registry)
for value in (0.1, 1, 20):
    histogram.observe(value)
    summary.observe(value)
push_to_gateway(url, job="batchA", registry=registry)
push_to_gateway(url, job="batch/B", registry=registry, grouping_key={"instance": "", "path": "/x y"})
more = CollectorRegistry()
Gauge("added", "More", registry=more).set(2)
pushadd_to_gateway(url, job="batchA", registry=more)
push_to_gateway(url, job="gone", registry=more, grouping_key={"zone": "z"})
delete_from_gateway(url, job="gone", grouping_key={"zone": "z"})
"""


def run_clients(base, python):
    subprocess.run([python, "-c", CLIENT, base], check=True, timeout=30)
    text = b'# TYPE some_metric counter\nsome_metric{label="val1"} 42\n# TYPE another gauge\n# HELP another Just an example.\nanother 2398.283\n'
    subprocess.run([harness.need("curl"), "-sS", "-m", "10", "--fail", "--data-binary", "@-", base + "/metrics/job/curl/instance/here"],
                   input=text, check=True, timeout=20)
    subprocess.run([harness.need("curl"), "-sS", "-m", "10", "--fail", "-X", "DELETE", base + "/metrics/job/curl/instance/nowhere"],
                   check=True, timeout=20)
    return page(base + "/metrics")


def python_with_client():
    for python in (sys.executable, "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run([python, "-c", "import prometheus_client"], capture_output=True, check=False).returncode == 0:
            return python
    return harness.skip("python3-prometheus-client is not installed")


def main():
    python = python_with_client()
    with lab.gateway() as (base, _):
        ours = run_clients(base, python)
        check(ours.value("job_records_total", job="batchA", instance="", kind="a/b \\\\ \\\"c\\\"") == 3, "push_to_gateway")
        check(ours.value("added", job="batchA", instance="") == 2, "pushadd_to_gateway")
        check(ours.value("job_seconds_count", job="batch/B", instance="", path="/x y") == 3, "grouping keys in base64")
        check(ours.value("added", job="gone", instance="", zone="z") is None, "delete_from_gateway")
        check(ours.value("another", job="curl", instance="here") == 2398.283, "curl --data-binary")
    reference = shutil.which("prometheus-pushgateway")
    if reference is None:
        return print("note: no prometheus-pushgateway here, not compared")
    with lab.gateway("--persistence.file=", program=reference) as (base, _):
        found = differences(run_clients(base, python), ours, ["^pushgateway_"])
    check(not found, "the reference's page is the same: " + "; ".join(found))
    return None


main()
