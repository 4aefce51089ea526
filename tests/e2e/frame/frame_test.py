"""The exporter frame, seen from outside: a demo exporter that is run as a process."""
import base64
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

import harness
import hung

DEMO = harness.ours("sonde-demo-exporter")
# "U*U" at cost 5, a published test vector of bcrypt.
HASH = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print(f"ok: {what}")


def run_once(*arguments):
    done = subprocess.run([DEMO, *arguments], capture_output=True, text=True, timeout=10)
    return done.returncode, done.stdout, done.stderr


def test_flags():
    code, out, err = run_once("--foo")
    check((code, err) == (1, "sonde-demo-exporter: error: unknown flag '--foo', try --help\n"), "an unknown flag is named")
    code, out, err = run_once("--version")
    check(code == 0 and out.startswith("sonde-demo-exporter, version ") and err == "", "--version goes to standard output")
    code, out, err = run_once("--help")
    check(code == 0 and "--web.listen-address" in out, "--help lists the flags")
    code, out, err = run_once("--log.level=loud")
    check(code == 1 and "loud" in err, "a wrong log level is refused")
    code, out, err = run_once("--web.systemd-socket")
    check(code == 1 and "socket" in err, "socket activation without sockets is refused")


def test_pages(port, process):
    base = f"http://127.0.0.1:{port}"
    status, headers, body = harness.fetch(base + "/metrics")
    text = body.decode()
    check(status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), "the page is text 0.0.4")
    check('demo_answer{about="everything"} 42' in text, "a collector's sample is there")
    check("demo_partial 1" in text, "what came before a failure is served")
    check('demo_scrape_collector_success{collector="failing"} 0' in text, "a failure is success 0")
    check('promhttp_metric_handler_requests_total{code="200"} 0' in text, "the first scrape counts none before it")
    for family in ("process_cpu_seconds_total", "process_open_fds", "process_max_fds", "process_virtual_memory_bytes",
                   "process_virtual_memory_max_bytes", "process_resident_memory_bytes", "process_start_time_seconds",
                   "process_network_receive_bytes_total", "process_network_transmit_bytes_total",
                   "promhttp_metric_handler_requests_in_flight", "promhttp_metric_handler_errors_total"):
        check(f"# TYPE {family} " in text, f"{family} is there")
    fds = next(line for line in text.splitlines() if line.startswith("process_open_fds "))
    check(abs(float(fds.split()[1]) - len(os.listdir(f"/proc/{process.pid}/fd"))) <= 2, "process_open_fds is right")
    start = next(line for line in text.splitlines() if line.startswith("process_start_time_seconds "))
    check(abs(float(start.split()[1]) - time.time()) < 60, "process_start_time_seconds is right")
    check("go_" not in text, "there is no go_*")
    families = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]
    check(families == sorted(families), "families are sorted by name, those of the exporter itself among the others")
    status, _, body = harness.fetch(base + "/metrics?collect[]=answer")
    check(b"demo_answer" in body and b"demo_partial" not in body, "collect[] selects")
    check(b"demo_exporter_build_info" in body, "a selection keeps the build info")
    check(harness.fetch(base + "/metrics?collect[]=x")[2] == b"missing collector: x\n", "an unknown collector is named")
    check(harness.fetch(base + "/metrics?collect[]=spare")[:1] == (400,), "a disabled collector is 400")
    check(harness.fetch(base + "/metrics?collect[]=answer&exclude[]=answer")[0] == 400, "both lists are 400")
    status, _, body = harness.fetch(base + "/")
    check(status == 200 and b'href="metrics"' in body and b"://" not in body, "the landing page links the metrics")
    check(harness.fetch(base + "/nothing")[0] == 404, "an unknown path is 404")
    check(harness.fetch(base + "/-/healthy")[0] == 200, "healthy")
    check(harness.fetch(base + "/-/ready")[0] == 200, "ready")
    status, headers, _ = harness.fetch(base + "/metrics", headers={"Accept": "application/vnd.google.protobuf;"
                                       "proto=io.prometheus.client.MetricFamily;encoding=delimited"})
    check(headers["Content-Type"].startswith("application/vnd.google.protobuf"), "protobuf on request")


def test_deadline(port):
    """--demo.sleep is far above the scraper's timeout."""
    url = f"http://127.0.0.1:{port}/metrics"
    for _ in range(2):
        begun = time.monotonic()
        status, _, body = harness.fetch(url, headers={"X-Prometheus-Scrape-Timeout-Seconds": "1"})
        seconds = time.monotonic() - begun
        check(status == 200 and seconds < 0.9, f"a hung collector does not hold the page ({seconds:.2f} s)")
        check(b'success{collector="sleeper"} 0' in body and b'success{collector="answer"} 1' in body,
              "only the hung collector is marked")


def test_max_requests(port):
    """One slow scrape is allowed at a time."""
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.2)
        status, _, body = harness.fetch(f"http://127.0.0.1:{port}/metrics")
        check(status == 503 and body == b"Limit of concurrent requests reached (1), try again later.\n",
              "a scrape too many is 503")


def test_stop(process):
    process.send_signal(signal.SIGTERM)
    check(process.wait(10) == 0, "SIGTERM ends with code 0")


def test_stop_while_hung(port, process):
    """The collector wakes after the end of what it refers to, on the stack of main() too: nothing of that may have gone."""
    hung.check_stop(process, [f"http://127.0.0.1:{port}/metrics"])


def test_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = run_once(f"--web.listen-address={address}")
        check(code == 1 and f"address {address} is already in use" in err, "a port in use says what to do")


def test_addresses():
    first, second = harness.free_port(), harness.free_port()
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{first}", f"--web.listen-address=:{second}"]):
        harness.wait_http(f"http://127.0.0.1:{first}/")
        check(harness.fetch(f"http://127.0.0.1:{second}/")[0] == 200, "several addresses are served, :PORT on IPv4")
        if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6") and "lo" in open("/proc/net/if_inet6").read():
            check(harness.fetch(f"http://[::1]:{second}/")[0] == 200, ":PORT is served on IPv6")


def test_max_connections():
    port = harness.free_port()
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}", "--web.max-connections=2"]):
        harness.wait_http(f"http://127.0.0.1:{port}/")
        with socket.create_connection(("127.0.0.1", port)) as first, socket.create_connection(("127.0.0.1", port)):
            check(harness.fetch(f"http://127.0.0.1:{port}/metrics")[0] == 200, "one connection more than --web.max-connections is served")
            first.settimeout(5)
            check(first.recv(1) == b"", "the oldest of those that never asked made room for it")
    for count in ("0", "65537"):
        code, _, err = run_once(f"--web.max-connections={count}")
        check(code == 1 and "--web.max-connections must be 1 to 65536" in err, f"{count} connections are refused")


def test_systemd(folder):
    """Socket activation and notification, as systemd does them."""
    notify_path = os.path.join(folder, "notify")
    with socket.socket() as listener, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(notify_path)
        notify.settimeout(5)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        # The shell puts the listener at descriptor 3 and keeps its process id over exec.
        script = f'exec 3<&{listener.fileno()}; export LISTEN_PID=$$; exec "$0" --web.systemd-socket'
        with harness.running(["/bin/bash", "-c", script, DEMO], pass_fds=[listener.fileno()],
                             env={"LISTEN_FDS": "1", "NOTIFY_SOCKET": notify_path, "WATCHDOG_USEC": "200000"}) as process:
            check(notify.recv(100) == b"READY=1", "READY=1 is sent")
            check(notify.recv(100) == b"WATCHDOG=1" and notify.recv(100) == b"WATCHDOG=1", "WATCHDOG=1 is repeated")
            check(harness.fetch(f"http://127.0.0.1:{port}/")[0] == 200, "the inherited socket is served")
            process.send_signal(signal.SIGTERM)
            while (told := notify.recv(100)) == b"WATCHDOG=1":
                pass
            check(told == b"STOPPING=1", "STOPPING=1 is sent")
            check(process.wait(5) == 0, "the end is clean")


def authorization(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_web_config(folder):
    path = os.path.join(folder, "web.yml")
    port = harness.free_port()
    with open(path, "w") as file:
        file.write(f"basic_auth_users:\n  alice: {HASH}\nhttp_server_config:\n  headers:\n    X-Frame-Options: deny\n")
    url = f"http://127.0.0.1:{port}/metrics"
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}", f"--web.config.file={path}"]):
        harness.wait_http(url)
        status, headers, _ = harness.fetch(url)
        check(status == 401 and headers.get("WWW-Authenticate") == "Basic", "no credentials are 401")
        check(headers.get("X-Frame-Options") == "deny", "configured headers are set")
        check(harness.fetch(url, headers=authorization("alice", "U*U"))[0] == 200, "the right password passes")
        check(harness.fetch(url, headers=authorization("alice", "wrong"))[0] == 401, "a wrong one does not")
        check(harness.fetch(url, headers=authorization("bob", "U*U"))[0] == 401, "nor does an unknown user")
        with open(path, "w") as file:
            file.write("rubbish: 1\n")
        harness.wait_for(lambda: harness.fetch(url, headers=authorization("alice", "U*U"))[0] == 500, 2, "500 for a broken file")
        with open(path, "w") as file:
            file.write("")
        harness.wait_for(lambda: harness.fetch(url)[0] == 200, 2, "an empty file opens the door again")
    with open(path, "w") as file:
        file.write("rate_limit: {interval: 1h, burst: 2}\n")
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}", f"--web.config.file={path}"]):
        harness.wait_http(url)
        codes = [harness.fetch(url)[0] for _ in range(3)]
        check(codes[-1] == 429, "past the burst is 429")
    with open(path, "w") as file:
        file.write("tls_server_config:\n  cert_filse: x\n")
    code, _, err = run_once(f"--web.config.file={path}")
    check(code == 1 and "line 2" in err and "cert_filse" in err, "a wrong key is refused with its place")


def test_tls(folder):
    openssl = harness.need("openssl")
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    port = harness.free_port()
    curl = harness.need("curl")
    url = f"https://127.0.0.1:{port}/metrics"

    def fetch(*extra):
        return subprocess.run([curl, "-s", "-m", "5", "--cacert", cert, "-o", "/dev/null", "-w", "%{http_code}", *extra, url],
                              capture_output=True, text=True).stdout

    path = os.path.join(folder, "web.yml")
    with open(path, "w") as file:
        file.write("tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n")
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}", f"--web.config.file={path}"]):
        harness.wait_for(lambda: fetch() == "200", what="HTTPS")
        check(fetch("--tls-max", "1.1") == "000", "TLS 1.1 is refused")
    with open(path, "a") as file:
        file.write("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: cert.pem\n")
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}", f"--web.config.file={path}"]):
        harness.wait_for(lambda: fetch("--cert", cert, "--key", key) == "200", what="HTTPS with a client certificate")
        check(fetch() == "000", "a client without a certificate is refused in the handshake")


def main():
    folder = tempfile.mkdtemp()
    test_flags()
    port = harness.free_port()
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}"]) as process:
        harness.wait_http(f"http://127.0.0.1:{port}/")
        test_pages(port, process)
        test_stop(process)
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}", "--demo.sleep=30s"]):
        harness.wait_http(f"http://127.0.0.1:{port}/")
        test_deadline(port)
    with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}", "--demo.sleep=2s", "--web.max-requests=1"]):
        harness.wait_http(f"http://127.0.0.1:{port}/")
        test_max_requests(port)
    for sleep in ("1600ms", "30s"):  # The first one returns while the process ends.
        with harness.running([DEMO, f"--web.listen-address=127.0.0.1:{port}", f"--demo.sleep={sleep}"]) as process:
            harness.wait_http(f"http://127.0.0.1:{port}/")
            test_stop_while_hung(port, process)
    test_port_in_use()
    test_addresses()
    test_max_connections()
    test_systemd(folder)
    test_web_config(folder)
    test_tls(folder)
    print("all good")


if __name__ == "__main__":
    sys.exit(main())
