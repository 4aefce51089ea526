"""The Redis exporter with servers that are not there, hang or talk rubbish; no Redis needed."""
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
    for _ in range(2):
        got, seconds = timed_page(f"{base}/scrape?target=127.0.0.1:{listener.getsockname()[1]}")
        check(got.value("redis_up") == 0 and seconds < 2, f"a hanging server is redis_up 0 in time ({seconds:.2f} s)")


def test_stop(base, process, listener):
    """Another user is another target, which has a worker of its own that hangs."""
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    hung.check_stop(process, [f"{base}/scrape?target=redis://user{i}@{address}" for i in range(50)])


def test_rubbish(base):
    answers = [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"$99999999999\r\n", b"*1000000000\r\n", b"*1\r\n" * 100, b"\0" * 4096, b""]

    for answer in answers:
        def talk(connection, said=answer):
            connection.recv(4096)
            connection.sendall(said)

        with servers.talker(talk) as port:
            got, seconds = timed_page(f"{base}/scrape?target=127.0.0.1:{port}")
            check(got.value("redis_up") == 0 and seconds < 2, f"an answer of {answer[:14]!r} is redis_up 0")


def test_endless(base):
    """Servers whose answers never end, at full speed and byte by byte."""
    for begin, rest, pause in ((b"$99999999999\r\n", b"x" * 65536, 0), (b"*1000\r\n", b"*1000\r\n" + b":1\r\n" * 1000, 0),
                               (b"$1000\r\n", b"x", 0.01)):
        def talk(connection, first=begin, more=rest, seconds=pause):
            connection.sendall(first)
            while True:
                connection.sendall(more)
                time.sleep(seconds)

        with servers.talker(talk) as port:
            got, seconds = timed_page(f"{base}/scrape?target=127.0.0.1:{port}")
            check(got.value("redis_up") == 0 and seconds < 2, f"an endless answer {begin!r} is redis_up 0 ({seconds:.2f} s)")


def resident_megabytes(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def test_start(folder):
    def refused(part, *flags):
        done = subprocess.run([harness.ours("sonde-redis-exporter"), *flags], capture_output=True, text=True, timeout=10)
        check(done.returncode == 1 and part in done.stderr, f"{flags[0]} is refused with {part!r}")

    refused("--redis.addr", "--redis.addr=http://x")
    refused("both or neither", "--tls-client-cert-file=" + os.path.join(folder, "missing.pem"))
    refused("missing.pem", "--tls-ca-cert-file=" + os.path.join(folder, "missing.pem"))
    refused("--check-keys", "--check-keys=a=b=c")
    refused("missing.lua", "--script=" + os.path.join(folder, "missing.lua"))
    refused("--check-search-indexes", "--check-search-indexes=(")
    refused("missing.json", "--redis.password-file=" + os.path.join(folder, "missing.json"))


def main():
    folder = tempfile.mkdtemp()
    test_start(folder)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener, \
            lab.exporter(os.path.join(folder, "log"), "--redis.addr=redis://127.0.0.1:1") as (base, process):
        check(page(base + "/metrics").value("redis_up") == 0, "a server that is down is redis_up 0")
        test_rubbish(base)
        test_endless(base)
        megabytes = resident_megabytes(process)
        check(megabytes < 80 or harness.SANITIZED, f"hostile servers cost {megabytes:.0f} MB at most")
        test_hanging(base, listener)
        test_stop(base, process, listener)


main()
