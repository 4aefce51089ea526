"""The blackbox exporter against HTTP servers of this script, beside the reference where that is installed."""
import contextlib
import http.server
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

import harness
import servers
from expositions import check, differences, page

CONFIG = """
modules:
  plain: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}
  stay: {prober: http, http: {preferred_ip_protocol: ip4, follow_redirects: false}}
  stay_302: {prober: http, http: {preferred_ip_protocol: ip4, follow_redirects: false, valid_status_codes: [302]}}
  post: {prober: http, http: {preferred_ip_protocol: ip4, method: POST, body: "abc", headers: {X-A: b}}}
  has_word: {prober: http, http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: ["wel+come"]}}
  no_word: {prober: http, http: {preferred_ip_protocol: ip4, fail_if_body_matches_regexp: ["wel+come"]}}
  header: {prober: http, http: {preferred_ip_protocol: ip4, fail_if_header_not_matches: [{header: X-Made, regexp: "^here$"}]}}
  needs_tls: {prober: http, http: {preferred_ip_protocol: ip4, fail_if_not_ssl: true}}
  quick: {prober: http, timeout: 300ms, http: {preferred_ip_protocol: ip4}}
  unchecked: {prober: http, http: {preferred_ip_protocol: ip4, tls_config: {insecure_skip_verify: true}}}
  login: {prober: http, http: {preferred_ip_protocol: ip4, basic_auth: {username: u, password: correct-horse}}}
  ping: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}
"""
# A row of docs/differences.md: newer than the packaged reference.
KNOWN = ["^probe_timeout_seconds$"]
# module, path of the server, wanted success
PROBES = [("plain", "/", 1), ("plain", "/404", 0), ("plain", "/redirect", 1), ("stay", "/redirect", 0), ("stay_302", "/redirect", 1),
          ("post", "/echo", 1), ("has_word", "/", 1), ("has_word", "/404", 0), ("no_word", "/", 0), ("header", "/", 1),
          ("header", "/404", 0), ("needs_tls", "/", 0), ("quick", "/slow", 0), ("plain", "/loop", 0), ("login", "/secret", 1),
          ("plain", "/secret", 0)]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/redirect":
            self.reply(302, b"", Location="/")
        elif self.path == "/loop":
            self.reply(302, b"", Location="/loop")
        elif self.path == "/404":
            self.reply(404, b"gone")
        elif self.path == "/slow":
            time.sleep(1)
            self.reply(200, b"late")
        elif self.path == "/secret":
            good = self.headers.get("Authorization") == "Basic dTpjb3JyZWN0LWhvcnNl"
            self.reply(200 if good else 401, b"")
        else:
            self.reply(200, b"you are wellcome", X_Made="here", Last_Modified="Wed, 21 Oct 2015 07:28:00 GMT")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(200 if (body, self.headers["X-A"]) == (b"abc", "b") else 400, body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def exporter(config, log=None, program=None):
    port = harness.free_port()
    command = [program or harness.ours("sonde-blackbox-exporter"), f"--web.listen-address=127.0.0.1:{port}", f"--config.file={config}"]
    with harness.running(command, log=log) as process:
        base = f"http://127.0.0.1:{port}"
        harness.wait_http(base + "/")
        yield base, process


def probe(base, module, target):
    return page(f"{base}/probe?module={module}&target={target}")


def test_http(base, their_base, port):
    for module, path, wanted in PROBES:
        target = f"http://127.0.0.1:{port}{path}"
        got = probe(base, module, target)
        check(got.value("probe_success") == wanted, f"{module} of {path} is {wanted}")
        if their_base is None:
            continue
        theirs = probe(their_base, module, target)
        found = differences(theirs, got, KNOWN)
        check(not found, f"{module} of {path}: families and series are the reference's: " + "; ".join(found))
        differing = [key for key, text in theirs.samples.items()
                     if "_seconds" not in key[0] and float(text) != float(got.samples[key])]
        check(not differing, f"{module} of {path}: so are the values: {differing}")
    got = probe(base, "plain", f"http://127.0.0.1:{port}/redirect")
    check((got.value("probe_http_redirects"), got.value("probe_http_status_code")) == (1, 200), "redirects are counted")


def test_tls(base, their_base, folder):
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run([harness.need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with servers.web(Handler, context) as port:
        target = f"https://127.0.0.1:{port}/"
        check(probe(base, "plain", target).value("probe_success") == 0, "an unknown authority is a failure")
        got = probe(base, "unchecked", target)
        check((got.value("probe_success"), got.value("probe_http_ssl")) == (1, 1), "unless it is not asked for")
        expiry = got.value("probe_ssl_earliest_cert_expiry")
        check(abs(expiry - time.time() - 2 * 86400) < 3600, "the certificate's end is told")
        if their_base:
            theirs = probe(their_base, "unchecked", target)
            found = differences(theirs, got, [*KNOWN, "^probe_tls_cipher_info$", "^probe_ssl_last_chain_info$"])
            check(not found, "TLS facts are the reference's: " + "; ".join(found))
            check(theirs.value("probe_ssl_earliest_cert_expiry") == expiry, "so is the certificate's end")


def test_failures(base):
    check(probe(base, "plain", "http://127.0.0.1:1/").value("probe_success") == 0, "a closed port is probe_success 0")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        got = page(f"{base}/probe?module=plain&target=http://127.0.0.1:{silent.getsockname()[1]}/",
                   headers={"X-Prometheus-Scrape-Timeout-Seconds": "2"})
        seconds = time.monotonic() - begun
        check(got.value("probe_success") == 0 and seconds < 2, f"a server that hangs is answered in time ({seconds:.2f} s)")
    for query, part in (("", b"Unknown module"), ("?module=nothing&target=x", b"Unknown module"), ("?module=plain", b"arget")):
        status, headers, body = harness.fetch(base + "/probe" + query)
        check(status == 400 and part in body and headers["Content-Type"].startswith("text/plain"), f"/probe{query} is 400")


def test_pages(base, port, config):
    text = harness.fetch(f"{base}/probe?module=login&debug=true&target=http://127.0.0.1:{port}/secret")[2]
    for part in (b"Logs for the probe", b"probe_success 1", b"Module configuration", b"<secret>"):
        check(part in text, f"debug=true shows {part!r}")
    shown = harness.fetch(base + "/config")[2]
    check(b"<secret>" in shown and b"has_word" in shown, "/config shows the modules")
    pages = text + shown + b"".join(harness.fetch(base + path)[2] for path in ("/", "/logs?target=http://127.0.0.1:1/"))
    check(b"correct-horse" not in pages, "no password on any page")
    check(b"Failure" in pages and b"Success" in pages, "the landing page has both kinds")
    check(harness.fetch(base + "/logs?id=999999")[0] == 404 and harness.fetch(base + "/logs?id=x")[0] == 400, "wrong ids")
    with open(config, "a", encoding="utf-8") as file:
        file.write("  broken: {prober: htp}\n")
    status, _, body = harness.fetch(base + "/-/reload", method="POST")
    check(status == 500 and b"htp" in body, "a broken file is refused with its reason")
    check(probe(base, "plain", f"http://127.0.0.1:{port}/").value("probe_success") == 1, "the old one is kept")
    check(page(base + "/metrics").value("blackbox_exporter_config_last_reload_successful") == 0, "the failure is a metric")


def test_icmp(base):
    allowed = False
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        with contextlib.suppress(OSError):
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
            allowed = True
    if not allowed:
        return print("note: neither ping sockets nor raw sockets are allowed here, icmp not probed")
    got = probe(base, "ping", "127.0.0.1")
    check(got.value("probe_success") == 1 and got.value("probe_icmp_duration_seconds", phase="rtt") > 0, "icmp of loopback")
    return None


def main():
    folder = tempfile.mkdtemp()
    config, log = os.path.join(folder, "blackbox.yml"), os.path.join(folder, "log")
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG)
    reference = shutil.which("prometheus-blackbox-exporter")
    if reference is None:
        print("note: no prometheus-blackbox-exporter here, not compared")
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(servers.web(Handler))
        their_base = stack.enter_context(exporter(config, program=reference))[0] if reference else None
        base, process = stack.enter_context(exporter(config, log))
        test_http(base, their_base, port)
        test_tls(base, their_base, folder)
        test_failures(base)
        test_icmp(base)
        test_pages(base, port, config)
        process.terminate()
        check(process.wait(10) == 0, "SIGTERM ends with code 0")
    with open(log, "rb") as file:
        check(b"correct-horse" not in file.read(), "no password in the log")


main()
