"""The MySQL exporter with servers that are not there, hang or talk rubbish; no MySQL needed."""
import contextlib
import os
import socket
import subprocess
import tempfile
import time

import harness
import hung
import lab
import servers
from expositions import check, page


def timed_page(url):
    begun = time.monotonic()
    got = page(url, headers={"X-Prometheus-Scrape-Timeout-Seconds": "2"})
    return got, time.monotonic() - begun


def test_hanging(base, listener):
    """The kernel completes the connections; nobody ever answers them."""
    port = listener.getsockname()[1]
    for _ in range(2):
        got, seconds = timed_page(f"{base}/probe?target=127.0.0.1:{port}")
        check(got.value("mysql_up") == 0 and seconds < 2, f"a hanging server is mysql_up 0 in time ({seconds:.2f} s)")
    begun = time.monotonic()
    check(harness.fetch(base + "/")[0] == 200 and time.monotonic() - begun < 1, "other pages answer meanwhile")


def test_rubbish(base):
    def talk(connection):
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)

    with servers.talker(talk) as port:
        got, seconds = timed_page(f"{base}/probe?target=127.0.0.1:{port}")
        check(got.value("mysql_up") == 0 and seconds < 2, "a server of another protocol is mysql_up 0")


def test_stop(base, process):
    """Every target of its own has a worker of its own that hangs."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(50)]
        hung.check_stop(process, [f"{base}/probe?target=127.0.0.1:{listener.getsockname()[1]}" for listener in listeners])


def run_once(folder, *flags, text=None):
    return subprocess.run([os.path.abspath(harness.ours("sonde-mysqld-exporter")), *flags], input=text,
                          capture_output=True, text=True, timeout=10, cwd=folder)


def test_start(folder):
    done = run_once(folder, "--config.my-cnf=missing.cnf")
    check(done.returncode == 1 and "user" in done.stderr and "MYSQLD_EXPORTER_PASSWORD" in done.stderr,
          "without my.cnf and user it says what to do")
    with open(os.path.join(folder, "bad.cnf"), "w", encoding="utf-8") as file:
        file.write("user=root\n")
    done = run_once(folder, "--config.my-cnf=bad.cnf")
    check(done.returncode == 1 and "bad.cnf: line 1" in done.stderr, "a wrong my.cnf is named with its line")
    done = run_once(folder, "--config.my-cnf=/dev/stdin", text="[client]\nuser=a\n[wrong\n")
    check(done.returncode == 1 and "/dev/stdin: line 3" in done.stderr, "my.cnf may come from a pipe")
    for flag in ("--timeout-offset=NaN", "--timeout-offset=-1", "--exporter.query_timeout=9223372036854775807"):
        done = run_once(folder, "--mysqld.username=a", flag)
        check(done.returncode == 1 and flag.split("=")[0] + ": want" in done.stderr, f"{flag} is refused")
    done = run_once(folder, "--mysqld.username=a", "--mysqld.address=nowhere")
    check(done.returncode == 1 and "--mysqld.address" in done.stderr, "a wrong address names its flag")


def main():
    folder = tempfile.mkdtemp()
    cnf = os.path.join(folder, "my.cnf")
    lab.write_cnf(cnf, client={"user": "sonde", "password": lab.PASSWORD, "host": "127.0.0.1", "port": 1})
    test_start(folder)
    with socket.create_server(("127.0.0.1", 0)) as listener, lab.exporter(cnf, os.path.join(folder, "log")) as (base, process):
        check(page(base + "/metrics").value("mysql_up") == 0, "a server that is down is mysql_up 0")
        test_rubbish(base)
        test_hanging(base, listener)
        test_stop(base, process)


main()
