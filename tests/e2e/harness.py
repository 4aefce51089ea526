"""What the end-to-end scripts share: finding binaries and free ports, starting and ending processes, HTTP, skipping.

Everything listens on 127.0.0.1; every process is ended by its own pid.
"""
import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

BIN = os.environ.get("SONDE_BIN", "build/release/bin")
SANITIZED = "SONDE_SANITIZED" in os.environ  # The binaries are built with sanitizers: larger and slower.


def skip(reason):
    """Ends the script as skipped; the list of skips is printed with the test summary."""
    print(f"SKIP: {reason}")
    sys.exit(77)


def need(program):
    """The path of a program of the system, or a skip that names it."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin")
    if path is None:
        skip(f"{program} is not installed")
    return path


def ours(name):
    return os.path.join(BIN, name)


def lab(name):
    """The laboratory of an area (tests/e2e/NAME/lab.py): how to run its server."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name, "lab.py")
    spec = importlib.util.spec_from_file_location(name + "_lab", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fetch(url, method="GET", data=None, headers=None, timeout=10):
    """(status, headers, body bytes); an HTTP error status is an answer, not an exception."""
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def wait_for(condition, seconds=15, what="condition"):
    """Polls until condition() is true and gives its value; an exception counts as false."""
    end = time.monotonic() + seconds
    last = None
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except Exception as error:  # The thing is still coming up.
            last = error
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true in {seconds} s (last: {last})")


@contextlib.contextmanager
def running(command, log=None, env=None, **options):
    """Starts a process and ends it by SIGTERM at the end (SIGKILL after 10 s)."""
    out = open(log, "ab") if log else subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT,
                               env={**os.environ, **(env or {})}, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if log:
            out.close()


def wait_http(url, seconds=15):
    """Waits until the URL answers with any status below 500."""
    return wait_for(lambda: fetch(url, timeout=2)[0] < 500, seconds, url)
