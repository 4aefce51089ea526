"""What the exporter has of its own, each off unless asked for: a folder of modules, reload by itself, both address families,
why a probe failed, and keys of a module for single targets. Servers are of this script."""
import contextlib
import http.server
import json
import os
import socket
import subprocess
import tempfile
import threading

import harness
from expositions import check, page

MAIN = """
modules:
  plain: {prober: http, timeout: 3s, http: {headers: {X-Module: "yes", X-Both: module}}}
  post: {prober: http, timeout: 3s, http: {method: POST, body: module, basic_auth: {username: m, password: wrong-horse}}}
  no_word: {prober: http, timeout: 3s, http: {fail_if_body_matches_regexp: [secret]}}
  quick: {prober: http, timeout: 300ms}
  both: {prober: tcp, timeout: 3s, both_ip_protocols: true}
  domain: {prober: http, timeout: 1s, domain_expiry: {bootstrap_url: %(base)s/rdap/dns.json}}
  name: {prober: dns, timeout: 1s, dns: {query_name: example.org}}
"""
TARGETS = """
targets:
- target: %(base)s/who
  module: plain
  http: {headers: {x-both: target, X-Target: "1"}}
- target: %(base)s/login
  module: post
  http: {body: '{"user": "probe"}', authorization: {credentials: correct-battery}}
"""


def rdap_answer(path, host):
    """The list of servers (RFC 9224), a domain that is registered (RFC 9083), and 404 for any other."""
    if path == "/rdap/dns.json":
        return 200, json.dumps({"version": "1.0", "services": [[["test"], [f"http://{host}/rdap/"]]]}).encode()
    if path == "/rdap/domain/shop.co.test":
        return 200, json.dumps({"objectClassName": "domain", "ldhName": "shop.co.test", "events": [
            {"eventAction": "registration", "eventDate": "1990-12-31T23:59:59Z"},
            {"eventAction": "expiration", "eventDate": "2016-12-31T23:59:59Z"}]}).encode()
    return 404, b""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = []

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        Handler.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, b""))
        if self.path.startswith("/rdap/"):
            return self.answer(*rdap_answer(self.path, self.headers["Host"]))
        return self.answer(500 if self.path == "/500" else 200, b"a secret")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Handler.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.answer(200 if self.headers["Authorization"] == "Bearer correct-battery" else 401)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def web_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def write(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


class Exporter:
    def __init__(self, folder):
        self.folder, self.port = folder, harness.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.main, self.modules, self.targets = (os.path.join(folder, name) for name in ("main.yml", "modules", "targets.yml"))
        os.mkdir(self.modules)
        # A name with both families, in a view of the file system that only the exporter has.
        hosts = os.path.join(folder, "hosts")
        write(hosts, "127.0.0.1 localhost both.test\n::1 both.test\n")
        own = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        self.prefix = [*own, "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh"]
        self.has_both = subprocess.run([*self.prefix, "true"], capture_output=True).returncode == 0
        self.command = [harness.ours("sonde-blackbox-exporter"), f"--web.listen-address=127.0.0.1:{self.port}",
                        f"--config.file={self.main}", f"--config.modules-directory={self.modules}",
                        f"--config.targets-file={self.targets}", "--probe.failure-info", "--config.enable-auto-reload",
                        "--config.auto-reload-interval=1s"]

    def run(self):
        return harness.running([*(self.prefix if self.has_both else []), *self.command], log=os.path.join(self.folder, "log"))

    def probe(self, module, target):
        return page(f"{self.url}/probe?module={module}&target={target}")

    def reload(self):
        status, _, body = harness.fetch(self.url + "/-/reload", method="POST")
        return status, body.decode()


def failure(got):
    """(phase, reason) of probe_failure_info, or None."""
    found = [dict(labels) for (name, labels), text in got.samples.items() if name == "probe_failure_info" and float(text) == 1]
    return (found[0]["phase"], found[0]["reason"]) if len(found) == 1 else None


def test_failure_info(exporter, base):
    check(failure(exporter.probe("plain", base + "/")) is None, "a probe that succeeds says nothing")
    closed = harness.free_port()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hung = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        for module, target, wanted in (
                ("plain", f"http://127.0.0.1:{closed}/", "connect"), ("plain", "http://nothing.invalid/", "resolve"),
                ("plain", base.replace("http", "https") + "/", "tls"), ("quick", hung, ("request", "timeout")),
                ("plain", base + "/500", ("validate", "status")), ("no_word", base + "/", ("validate", "regexp")),
                ("name", f"dns://127.0.0.1:{closed}", ("request", "configuration"))):
            got = failure(exporter.probe(module, target))
            check(got is not None and (got == wanted or got[0] == wanted), f"{module} of {target}: {got}, wanted {wanted}")


def test_both_protocols(exporter):
    with socket.socket(socket.AF_INET6) as six:
        with contextlib.suppress(OSError):
            six.bind(("::1", 0))
        if not exporter.has_both or six.getsockname()[1] == 0:
            return print("note: no IPv6 or no own /etc/hosts here, both_ip_protocols not probed")
    port = harness.free_port()
    with socket.create_server(("127.0.0.1", port)):
        got = exporter.probe("both", f"both.test:{port}")
        check((got.value("probe_both_success", ip_protocol="ip4"), got.value("probe_both_success", ip_protocol="ip6")) == (1, 0),
              "only one family is up, and it is known which")
        with socket.create_server(("::1", port), family=socket.AF_INET6):
            got = exporter.probe("both", f"both.test:{port}")
            check((got.value("probe_both_success", ip_protocol="ip4"), got.value("probe_both_success", ip_protocol="ip6")) == (1, 1),
                  "both are")
            check(got.value("probe_success") == 1, "so is the whole")
    return None


def test_modules_directory(exporter, base):
    check(harness.fetch(f"{exporter.url}/probe?module=more&target={base}/")[0] == 400, "a module that is not there yet")
    write(os.path.join(exporter.modules, "more.yml"), "modules: {more: {prober: http, timeout: 3s}}\n")
    harness.wait_for(lambda: harness.fetch(f"{exporter.url}/probe?module=more&target={base}/")[0] == 200, what="a reload by itself")
    check(exporter.probe("more", base + "/").value("probe_success") == 1, "the new file's module probes")
    write(os.path.join(exporter.modules, "more.yml"), "modules: {plain: {prober: http}}\n")
    status, body = exporter.reload()
    check(status == 500 and "main.yml" in body and "more.yml" in body, f"a module in two files is refused by both names: {body}")
    check(exporter.probe("more", base + "/").value("probe_success") == 1, "and the modules from before stay")
    os.remove(os.path.join(exporter.modules, "more.yml"))
    check(exporter.reload()[0] == 200, "the file is gone")
    check(harness.fetch(f"{exporter.url}/probe?module=more&target={base}/")[0] == 400, "and so is its module")


def test_targets(exporter, base):
    Handler.seen.clear()
    check(exporter.probe("plain", base + "/who").value("probe_success") == 1, "a target with headers of its own")
    headers = Handler.seen[-1][1]
    check((headers["x-module"], headers["x-both"], headers["x-target"]) == ("yes", "target", "1"), f"are joined: {headers}")
    exporter.probe("plain", base + "/other")
    check(Handler.seen[-1][1]["x-both"] == "module" and "x-target" not in Handler.seen[-1][1], "others have the module's")
    check(exporter.probe("post", base + "/login").value("probe_success") == 1, "a target with credentials of its own")
    check(Handler.seen[-1][2] == b'{"user": "probe"}', "and with a body of its own")
    check(exporter.probe("post", base + "/else").value("probe_success") == 0, "the module's credentials are others")
    check(Handler.seen[-1][2] == b"module", "so is its body")
    shown = harness.fetch(exporter.url + "/config")[2].decode()
    shown += harness.fetch(f"{exporter.url}/probe?module=post&debug=true&target={base}/login")[2].decode()
    check(f"target: {base}/login" in shown and "<secret>" in shown, "/config shows them")
    check("correct-battery" not in shown and "wrong-horse" not in shown, "but no secrets")
    for text, part in (("targets:\n- target: a\n  module: plain\n  htp: {}\n", "line 4"), ("targets:\n- target: a\n  module: no\n", "line 3")):
        write(exporter.targets, text)
        status, body = exporter.reload()
        check(status == 500 and f"targets.yml: {part}" in body, f"a mistake is named: {body}")
    check(exporter.probe("post", base + "/login").value("probe_success") == 1, "what was there before stays")
    done = subprocess.run([*exporter.command, "--config.check"], capture_output=True, text=True, timeout=20)
    check(done.returncode == 1 and "targets.yml: line 3" in done.stderr, f"--config.check says so: {done.stderr}")


def test_domain_expiry(exporter):
    Handler.seen.clear()

    def ends(host):
        return exporter.probe("domain", f"http://{host}/").value("probe_domain_expiry_timestamp_seconds")
    check(ends("www.shop.co.test") is None, "a probe does not wait for the registry")
    harness.wait_for(lambda: ends("www.shop.co.test"), what="the registry's answer")
    check(ends("www.shop.co.test") == 1483228799, "the end of the registration, of the domain that the host is in")
    asked = [path for path, _, _ in Handler.seen]
    check(asked == ["/rdap/dns.json", "/rdap/domain/co.test", "/rdap/domain/shop.co.test"], f"asked once, shortest first: {asked}")
    check("rdap+json" in Handler.seen[-1][1]["accept"], "for RDAP's own type")
    for host in ("nobody.test", "example.elsewhere"):
        harness.wait_for(lambda: exporter.probe("domain", f"http://{host}/").value("probe_domain_lookup_success") == 0,
                         what=f"a registry that does not know {host}")
    exporter.probe("plain", "http://other.co.test/")
    check(not any("other" in path for path, _, _ in Handler.seen), "modules without the key ask nobody")


def test_landing_page(exporter, base):
    text = harness.fetch(exporter.url + "/")[2].decode()
    check(f"<td>{base}/login</td><td>Success</td>" in text and "<strong>Failure</strong>" in text, "/ has the recent probes")
    for link in ("probe?target=prometheus.io&amp;module=http_2xx&amp;debug=true", "metrics", "config", "logs?id="):
        check(f'href="{link}' in text, f"/ links to {link}")
    check(harness.fetch(exporter.url + "/nothing")[0] == 404, "other paths are not found")


def main():
    with tempfile.TemporaryDirectory() as folder, web_server() as base:
        exporter = Exporter(folder)
        write(exporter.main, MAIN % {"base": base})
        write(exporter.targets, TARGETS % {"base": base})
        with exporter.run():
            harness.wait_http(exporter.url + "/-/healthy")
            test_failure_info(exporter, base)
            test_both_protocols(exporter)
            test_modules_directory(exporter, base)
            test_targets(exporter, base)
            test_landing_page(exporter, base)
            test_domain_expiry(exporter)


main()
