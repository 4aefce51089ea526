"""Many probes at once on one loop: half of them hang until their deadline, and the others take no longer for it.

usage: probes_test.py [PROBES]   1000 by default; a dose for every day is 200
"""
import contextlib
import os
import re
import selectors
import socket
import statistics
import sys
import tempfile
import time

import harness

CONFIG = """
modules:
  http: {prober: http, timeout: 4s, http: {preferred_ip_protocol: ip4}}
  tcp: {prober: tcp, timeout: 4s, tcp: {preferred_ip_protocol: ip4, query_response: [{expect: "^HTTP", send: ""}]}}
"""
TIMEOUT_SECONDS = 4
# How much longer the median of the others may take; the machine serves, probes and measures at once.
SLOWER_SECONDS = 0.5


@contextlib.contextmanager
def nginx(folder):
    port = harness.free_port()
    config = os.path.join(folder, "nginx.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/log; worker_rlimit_nofile 8192;\n"
                   f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n"
                   f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
                   f"server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 ok; }} }} }}\n")
    with harness.running([harness.need("nginx"), "-p", folder, "-c", config]):
        harness.wait_http(f"http://127.0.0.1:{port}/")
        yield port


def ask_all(port, paths):
    """Every path at once, each over a connection of its own: [(path, body)]."""
    selector, waiting = selectors.DefaultSelector(), 0
    answers = []
    for path in paths:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, [path, b""])
        waiting += 1
    end = time.monotonic() + TIMEOUT_SECONDS + 60
    while waiting and time.monotonic() < end:
        for key, _ in selector.select(1):
            piece = key.fileobj.recv(65536)
            key.data[1] += piece
            if not piece:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                answers.append(tuple(key.data))
                waiting -= 1
    assert waiting == 0, f"{waiting} probes were not answered"
    return answers


def value(body, name):
    return float(re.search(rf"^{name} (\S+)$".encode(), body, re.M)[1])


def threads_of(process):
    return len(os.listdir(f"/proc/{process.pid}/task"))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    folder = tempfile.mkdtemp()
    config = os.path.join(folder, "blackbox.yml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG)
    # Connections are taken by the kernel and nobody ever answers.
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as silent, nginx(folder) as quick:
        port = harness.free_port()
        command = [harness.ours("sonde-blackbox-exporter"), f"--web.listen-address=127.0.0.1:{port}", f"--config.file={config}",
                   "--log.prober=error", "--log.level=error"]
        with harness.running(command, log=os.path.join(folder, "exporter.log")) as process:
            harness.wait_http(f"http://127.0.0.1:{port}/metrics")
            good = [f"/probe?module=http&target=127.0.0.1:{quick}&n={i}" for i in range(count // 2)]
            hung = [f"/probe?module={'http' if i % 2 else 'tcp'}&target=127.0.0.1:{silent.getsockname()[1]}&n={i}"
                    for i in range(count - count // 2)]
            alone = [value(body, "probe_duration_seconds") for _, body in ask_all(port, good)]
            mixed_paths = [path for pair in zip(good, hung) for path in pair]
            answers = ask_all(port, mixed_paths)
            for path, body in answers:
                wanted = 1 if path in set(good) else 0
                assert value(body, "probe_success") == wanted, (path, body[-400:])
            beside = [value(body, "probe_duration_seconds") for path, body in answers if "target=127.0.0.1:%d" % quick in path]
            late = [value(body, "probe_duration_seconds") for path, body in answers if "target=127.0.0.1:%d" % quick not in path]
            print(f"{count} probes, median of the good ones: alone {statistics.median(alone) * 1e3:.1f} ms, beside hung ones "
                  f"{statistics.median(beside) * 1e3:.1f} ms; hung ones end after {min(late):.2f} to {max(late):.2f} s; "
                  f"{threads_of(process)} threads")
            assert statistics.median(beside) < statistics.median(alone) + SLOWER_SECONDS, "the hung ones slow the others down"
            assert max(late) < TIMEOUT_SECONDS + 2, "a hung probe is over at its deadline"
            assert threads_of(process) <= 6, "no thread per probe"


main()
