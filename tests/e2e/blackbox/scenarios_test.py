"""Every prober against real servers, ours beside Debian's: they agree on success, families, values and phases.

usage: scenarios_test.py [PREFIX]   only the scenarios whose names begin so

A scenario is a row: the module, the target, what success should be by the module's meaning, and what the reference's older version
cannot do. Differences that are meant are rows of docs/differences.md.
"""
import contextlib
import os
import re
import shutil
import socket
import sys
import tempfile
import urllib.parse

import harness
import probe_certificates
import probe_servers
from expositions import check, differences, page

# Newer than the packaged reference, rows of docs/differences.md.
NEWER = ["^probe_timeout_seconds$", "^probe_ssl_last_chain_info$", "^probe_tls_cipher_info$", "^probe_failed_due_to_bytes$"]
# Of handshakes that fail, ours alone: a row of docs/differences.md.
CERTIFICATE = ["^probe_ssl_", "^probe_tls_"]
# The reference now exports it only once a connection stands: a row of docs/differences.md.
DIALLED = ["^probe_failed_due_to_regex$"]
PHASE_SECONDS = 0.3  # how far two runs of one phase may lie apart on a busy machine


class Scenario:
    def __init__(self, name, prober, keys, target, success, theirs=True, ignore=(), query="", wants=None, timeout="2s"):
        self.name, self.prober, self.keys, self.target, self.success = name, prober, keys, target, success
        self.theirs, self.ignore, self.query, self.wants, self.timeout = theirs, ignore, query, wants or {}, timeout

    def module(self):
        section = "unix" if self.prober == "unix" else self.prober
        return f"  {self.name}: {{prober: {self.prober}, timeout: {self.timeout}, {section}: {{{self.keys}}}}}\n"


def http_scenarios(p, ca, slow, proxy):
    ip4 = "preferred_ip_protocol: ip4"
    tls = f"{ip4}, tls_config: {{ca_file: {ca}}}"
    plain, h2 = f"http://127.0.0.1:{p['plain']}", f"https://localhost:{p['h2']}"
    slow = f"http://127.0.0.1:{slow}"

    def row(name, keys, target, success, **more):
        return Scenario("http_" + name, "http", keys, target, success, **more)
    code, ssl_on = "probe_http_status_code", "probe_http_ssl"
    return [
        row("plain", ip4, plain + "/", 1, wants={code: 200, "probe_http_version": 1.1}),
        row("no_scheme", ip4, f"127.0.0.1:{p['plain']}", 1),
        row("name", ip4, f"http://localhost:{p['plain']}/", 1, wants={"probe_ip_protocol": 4}),
        row("only_ip6", "preferred_ip_protocol: ip6, ip_protocol_fallback: false", plain, 0),
        row("fallback", "preferred_ip_protocol: ip6", plain, 1, wants={"probe_ip_protocol": 4}),
        row("no_such_name", ip4, "http://no-such-name.invalid/", 0),
        row("refused", ip4, "http://127.0.0.1:1/", 0),
        row("missing", ip4, plain + "/nothing", 0, wants={code: 404}),
        row("missing_wanted", f"{ip4}, valid_status_codes: [404]", plain + "/nothing", 1),
        row("redirect", ip4, plain + "/moved", 1, wants={"probe_http_redirects": 1, code: 200}),
        row("redirect_kept", f"{ip4}, follow_redirects: false", plain + "/moved", 0, wants={code: 301}),
        row("redirect_old_key", f"{ip4}, no_follow_redirects: true, valid_status_codes: [301]", plain + "/moved", 1),
        row("redirect_loop", ip4, plain + "/loop", 0, wants={"probe_http_redirects": 11}),
        row("redirect_to_tls", tls, plain + "/secure", 1, wants={ssl_on: 1, "probe_http_redirects": 1}),
        row("redirect_other_name", tls, plain + "/other", 1, wants={"probe_http_redirects": 1}),
        row("body_has", f"{ip4}, fail_if_body_not_matches_regexp: ['wel+come']", plain + "/", 1),
        row("body_has_not", f"{ip4}, fail_if_body_not_matches_regexp: ['wel+come']", plain + "/other.txt", 0,
            wants={"probe_failed_due_to_regex": 1}),
        row("body_forbidden", f"{ip4}, fail_if_body_matches_regexp: ['wel+come']", plain + "/", 0),
        row("header_has", f"{ip4}, fail_if_header_not_matches: [{{header: X-Made, regexp: '^here$'}}]", plain + "/", 1),
        row("header_missing", f"{ip4}, fail_if_header_not_matches: [{{header: X-None, regexp: x}}]", plain + "/", 0),
        row("header_may_miss", f"{ip4}, fail_if_header_not_matches: [{{header: X-None, regexp: x, allow_missing: true}}]", plain, 1),
        row("header_forbidden", f"{ip4}, fail_if_header_matches: [{{header: x-made, regexp: here}}]", plain + "/", 0),
        row("post", f"{ip4}, method: POST, body: abc, headers: {{X-A: b}}", slow + "/", 1),
        row("head", f"{ip4}, method: HEAD", plain + "/", 1),
        row("login", f"{ip4}, basic_auth: {{username: u, password: p}}", plain + "/private", 1),
        row("no_login", ip4, plain + "/private", 0, wants={code: 401}),
        row("bearer", f"{ip4}, authorization: {{credentials: t0ken}}", plain + "/bearer", 1),
        row("host_header", f"{ip4}, headers: {{Host: virtual.test}}", plain + "/host", 1),
        row("hostname", ip4, plain + "/host", 1, query="&hostname=virtual.test"),
        row("gzip", f"{ip4}, compression: gzip, headers: {{Accept-Encoding: gzip}}", plain + "/zip.txt", 1,
            wants={"probe_http_uncompressed_body_length": 5000}),
        row("gzip_not_asked", f"{ip4}, compression: gzip", plain + "/zip.txt", 0, ignore=["body_length$"]),
        row("size_limit", f"{ip4}, body_size_limit: 100B", plain + "/zip.txt", 0, wants={code: 200}),
        row("size_within", f"{ip4}, body_size_limit: 5000B", plain + "/zip.txt", 1),
        row("late", ip4, slow + "/late", 1),
        row("slow", ip4, slow + "/slow", 1),
        row("stuck", ip4, slow + "/stuck", 0, timeout="1s", wants={code: 200}),
        row("cut", ip4, slow + "/cut", 0, wants={code: 200}),
        row("not_tls", f"{ip4}, fail_if_not_ssl: true", plain + "/", 0),
        row("via_proxy", f"{ip4}, proxy_url: 'http://127.0.0.1:{proxy}', fail_if_body_not_matches_regexp: ['asked for http://localhost:9/x of localhost:9']",
            "http://localhost:9/x", 1),
        row("skip_resolve", f"{ip4}, proxy_url: 'http://127.0.0.1:{proxy}', skip_resolve_phase_with_proxy: true", "http://far.invalid/", 1),
        row("h2", tls, h2 + "/", 1, wants={"probe_http_version": 2, ssl_on: 1}),
        row("h2_off", f"{tls}, enable_http2: false", h2 + "/", 1, wants={"probe_http_version": 1.1}),
        row("version_wanted", f"{tls}, valid_http_versions: ['HTTP/1.1']", h2 + "/", 0),
        row("tls_forbidden", f"{tls}, fail_if_ssl: true", h2 + "/", 0),
        row("tls12", tls, f"https://localhost:{p['tls12']}/", 1),
        row("tls13", tls, f"https://localhost:{p['tls13']}/", 1),
        row("tls_too_old", f"{ip4}, tls_config: {{ca_file: {ca}, min_version: TLS13}}", f"https://localhost:{p['tls12']}/", 0,
            theirs=False),
        row("tls_max", f"{ip4}, tls_config: {{ca_file: {ca}, max_version: TLS12}}", h2 + "/", 1, theirs=False),
        row("chained", tls, f"https://localhost:{p['chained']}/", 1),
        row("chain_skipped", f"{ip4}, tls_config: {{insecure_skip_verify: true}}", f"https://localhost:{p['chained']}/", 1),
        row("expired", tls, f"https://localhost:{p['expired']}/", 0, ignore=CERTIFICATE),
        row("self_signed", tls, f"https://localhost:{p['selfsigned']}/", 0, ignore=CERTIFICATE),
        row("self_signed_skipped", f"{ip4}, tls_config: {{insecure_skip_verify: true}}", f"https://localhost:{p['selfsigned']}/", 1),
        row("wrong_name", tls, f"https://localhost:{p['wrongname']}/", 0, ignore=CERTIFICATE),
        row("right_name", f"{ip4}, tls_config: {{ca_file: {ca}, server_name: elsewhere.test}}", f"https://localhost:{p['wrongname']}/", 1),
        row("common_name_only", tls, f"https://cnonly:{p['cnonly']}/", 0, ignore=CERTIFICATE, theirs=False),
        row("address_name", tls, f"https://127.0.0.1:{p['h2']}/", 1),
        row("unknown_authority", ip4, h2 + "/", 0, ignore=CERTIFICATE),
        row("tls_to_plain", tls, f"https://localhost:{p['plain']}/", 0),
        row("client_certificate", f"{ip4}, tls_config: {{ca_file: {ca}, cert_file: {p['client'][0]}, key_file: {p['client'][1]}}}",
            f"https://localhost:{p['mutual']}/", 1),
        row("no_client_certificate", tls, f"https://localhost:{p['mutual']}/", 0, wants={code: 400}),
    ]


def stream_scenarios(ports, ca, smtp, sockets):
    ip4 = "preferred_ip_protocol: ip4"
    tls = f"tls_config: {{ca_file: {ca}}}"

    def row(name, keys, port, success, **more):
        return Scenario("tcp_" + name, "tcp", f"{ip4}{keys}", f"localhost:{ports.get(port, port)}", success, **more)
    answer = ", query_response: "
    starttls = (f"{answer}[{{expect: '^220 ([^ ]+)'}}, {{send: EHLO prober}}, {{expect: '^250-STARTTLS'}}, {{send: STARTTLS}}, "
                f"{{expect: '^220'}}, {{starttls: true}}, {{send: EHLO prober}}, {{expect: '^250 HELP'}}, {{send: QUIT}}]")
    binary = f"{answer}[{{send: x, expect_bytes: \"\"}}, {{expect_bytes: \"\\0\\x01bin\"}}]"
    rows = [
        row("connect", "", "silent", 1),
        row("refused", "", "1", 0, ignore=DIALLED),
        row("banner", f"{answer}[{{expect: '^SSH-2.0-'}}]", "ssh", 1),
        row("banner_labels", f"{answer}[{{expect: '^SSH-2.0-(\\S+)(?: (\\S+))?', labels: [{{name: v, value: '${{1}}'}}, {{name: os, value: '$2'}}]}}]",
            "ssh", 1, theirs=False),
        row("wrong_banner", f"{answer}[{{expect: '^HTTP'}}]", "closing", 0),
        row("irc", f"{answer}[{{send: 'NICK prober'}}, {{expect: 'PING :([^ ]+)', send: 'PONG ${{1}}'}}, {{expect: '^:[^ ]+ 001'}}]", "irc", 1),
        row("silent", f"{answer}[{{expect: x}}]", "silent", 0, timeout="1s"),
        row("endless_line", f"{answer}[{{expect: y}}]", "endless", 0),
        row("bytes", binary, "bytes", 1, theirs=False),
        row("wrong_bytes", f"{answer}[{{send: x}}, {{expect_bytes: wrong}}]", "bytes", 0, theirs=False, wants={"probe_failed_due_to_bytes": 1}),
        row("tls", f", tls: true, {tls}", "tls", 1),
        row("tls_unknown", ", tls: true", "tls", 0, ignore=CERTIFICATE + DIALLED),
        row("tls_skipped", ", tls: true, tls_config: {insecure_skip_verify: true}", "tls", 1),
        row("tls_expired", f", tls: true, {tls}", "expired", 0, ignore=CERTIFICATE + DIALLED),
        row("tls_to_plain", f", tls: true, {tls}", "ssh", 0, ignore=DIALLED),
        row("source", ", source_ip_address: 127.0.0.1", "silent", 1),
        row("source_not_ours", ", source_ip_address: 192.0.2.77", "silent", 0, ignore=DIALLED),
        Scenario("tcp_hostname", "tcp", f"{ip4}, tls: true, {tls}", f"127.0.0.1:{ports['tls']}", 1, query="&hostname=www.example.test"),
        Scenario("tcp_no_port", "tcp", ip4, "localhost", 0, ignore=DIALLED),
        Scenario("tcp_ip6", "tcp", "preferred_ip_protocol: ip6, ip_protocol_fallback: false", "127.0.0.1:80", 0, ignore=DIALLED),
    ]
    if smtp:
        rows += [Scenario("tcp_starttls", "tcp", f"{ip4}{starttls}, {tls}", f"localhost:{smtp}", 1),
                 Scenario("tcp_starttls_unknown", "tcp", f"{ip4}{starttls}", f"localhost:{smtp}", 0, ignore=CERTIFICATE)]
    rows += [
        Scenario("unix_connect", "unix", "", sockets["ssh"], 1, theirs=False),
        Scenario("unix_banner", "unix", "query_response: [{expect: '^SSH'}]", sockets["ssh"], 1, theirs=False),
        Scenario("unix_missing", "unix", "", sockets["ssh"] + "x", 0, theirs=False),
        Scenario("unix_tls", "unix", f"tls: true, tls_config: {{ca_file: {ca}, server_name: localhost}}", sockets["tls"], 1, theirs=False),
    ]
    return rows


def dns_scenarios(dns, over_tls, ca, silent):
    if dns is None:
        return []

    def row(name, keys, success, port=dns, **more):
        return Scenario("dns_" + name, "dns", f"preferred_ip_protocol: ip4, {keys}", f"127.0.0.1:{port}", success, **more)
    zone = "query_name: example.test"
    return [
        row("any", zone, 1),
        row("a", f"{zone}, query_type: A", 1, wants={"probe_dns_answer_rrs": 1}),
        row("soa", f"{zone}, query_type: SOA", 1, wants={"probe_dns_serial": 2024010101}),
        row("mx_tcp", f"{zone}, query_type: MX, transport_protocol: tcp", 1, wants={"probe_dns_answer_rrs": 2}),
        row("no_such_name", "query_name: nothing.example.test, query_type: A", 0, wants={"probe_dns_authority_rrs": 1}),
        row("no_such_name_wanted", "query_name: nothing.example.test, query_type: A, valid_rcodes: [NXDOMAIN]", 1),
        row("refused", "query_name: elsewhere.test, query_type: A", 0),
        row("bad_rcode", f"{zone}, query_type: A, valid_rcodes: [NOPE]", 0),
        row("no_recursion", f"{zone}, query_type: NS, recursion_desired: false", 1, wants={"probe_dns_additional_rrs": 1}),
        row("class", "query_name: version.server, query_class: CH, query_type: TXT", 1),
        row("answer_matches", f"{zone}, query_type: MX, validate_answer_rrs: {{fail_if_not_matches_regexp: ['example.test.\\t300\\tIN\\tMX\\t[12]0 mail.*']}}", 1),
        row("answer_not", f"{zone}, query_type: MX, validate_answer_rrs: {{fail_if_not_matches_regexp: ['10 mail']}}", 0),
        row("answer_any", f"{zone}, query_type: MX, validate_answer_rrs: {{fail_if_none_matches_regexp: ['10 mail']}}", 1),
        row("answer_none", f"{zone}, query_type: MX, validate_answer_rrs: {{fail_if_none_matches_regexp: ['30 mail']}}", 0),
        row("answer_forbidden", f"{zone}, query_type: TXT, validate_answer_rrs: {{fail_if_matches_regexp: ['\"v=spf1 -all\"']}}", 0),
        row("answer_all", f"{zone}, query_type: MX, validate_answer_rrs: {{fail_if_all_match_regexp: ['mail']}}", 1),
        row("authority", "query_name: x.sub.example.test, query_type: A, validate_authority_rrs: {fail_if_not_matches_regexp: ['NS\\tns.sub']}", 1),
        row("additional", "query_name: x.sub.example.test, query_type: A, validate_additional_rrs: {fail_if_not_matches_regexp: ['192.0.2.53']}", 1),
        row("additional_missing", f"{zone}, query_type: TXT, validate_additional_rrs: {{fail_if_none_matches_regexp: ['x']}}", 0),
        row("srv", "query_name: _sip._tcp.example.test, query_type: SRV, validate_answer_rrs: {fail_if_not_matches_regexp: ['SRV\\t10 5 5060 mail.example.test.$']}", 1),
        row("caa", f"{zone}, query_type: CAA, validate_answer_rrs: {{fail_if_not_matches_regexp: ['CAA\\t0 issue \"ca.example.test\"$']}}", 1),
        row("aaaa", "query_name: v6.example.test, query_type: AAAA, validate_answer_rrs: {fail_if_not_matches_regexp: ['AAAA\\t2001:db8::1$']}", 1),
        row("cname", "query_name: www.example.test, query_type: A", 1, wants={"probe_dns_answer_rrs": 2}),
        row("nobody", f"{zone}, query_type: A", 0, port=1),
        row("nobody_tcp", f"{zone}, query_type: A, transport_protocol: tcp", 0, port=1),
        row("silent_tcp", f"{zone}, query_type: A, transport_protocol: tcp", 0, port=silent, timeout="1s"),
        row("source", f"{zone}, query_type: A, source_ip_address: 127.0.0.1", 1),
        row("tls", f"{zone}, query_type: A, transport_protocol: tcp, dns_over_tls: true, tls_config: {{ca_file: {ca}}}", 1, port=over_tls),
        row("tls_unknown", f"{zone}, query_type: A, transport_protocol: tcp, dns_over_tls: true", 0, port=over_tls),
        row("tls_udp", f"{zone}, query_type: A, dns_over_tls: true", 0, port=over_tls),
    ]


def grpc_scenarios(plain, secure, ca):
    if plain is None:
        return []

    def row(name, keys, port, success, **more):
        more.setdefault("ignore", ["^probe_ssl_earliest_cert_expiry$"])  # Exported without TLS before 0.26.
        return Scenario("grpc_" + name, "grpc", f"preferred_ip_protocol: ip4{keys}", f"localhost:{port}", success, **more)
    tls = f", tls: true, tls_config: {{ca_file: {ca}}}"
    code = "probe_grpc_status_code"
    return [
        row("all", "", plain, 1),
        row("good", ", service: good", plain, 1),
        row("bad", ", service: bad", plain, 0, wants={code: 0}),
        row("dunno", ", service: dunno", plain, 0),
        row("no_such_service", ", service: nothing", plain, 0, wants={code: 5}),
        row("metadata", ", service: private, metadata: {authorization: ['Bearer t0ken']}", plain, 1, theirs=False),
        row("no_metadata", ", service: private", plain, 0, wants={code: 16}),
        row("tls", tls, secure, 1, wants={"probe_grpc_ssl": 1}, ignore=()),
        row("tls_unknown", ", tls: true", secure, 0, ignore=CERTIFICATE, wants={code: 14}),
        # Differs: the reference's call waits for the channel and runs into its deadline instead.
        row("refused", "", 1, 0, theirs=False, wants={code: 14}),
    ]


def may_ping():
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        with contextlib.suppress(OSError):
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
            return True
    print("note: neither ping sockets nor raw sockets are allowed here, icmp not probed")
    return False


def icmp_scenarios():
    if not may_ping():
        return []
    return [
        Scenario("icmp_loopback", "icmp", "preferred_ip_protocol: ip4", "127.0.0.1", 1),
        Scenario("icmp_payload", "icmp", "preferred_ip_protocol: ip4, payload_size: 1000, ttl: 5", "127.0.0.1", 1),
        Scenario("icmp_packets", "icmp", "preferred_ip_protocol: ip4, packet_count: 3, packet_interval: 10ms", "127.0.0.1", 1, theirs=False,
                 wants={"probe_icmp_packets_sent": 3, "probe_icmp_packets_received": 3, "probe_icmp_packet_loss_ratio": 0}),
        Scenario("icmp_fragment", "icmp", "preferred_ip_protocol: ip4, dont_fragment: true", "127.0.0.1", 1),
        Scenario("icmp_no_such_name", "icmp", "preferred_ip_protocol: ip4", "no-such-name.invalid", 0),
        Scenario("icmp_wrong_source", "icmp", "preferred_ip_protocol: ip4, source_ip_address: 192.0.2.77", "127.0.0.1", 0),
        Scenario("icmp_cannot_send", "icmp", "preferred_ip_protocol: ip4", "255.255.255.255", 0, timeout="1s"),
    ]


@contextlib.contextmanager
def exporter(config, program, *flags):
    port = harness.free_port()
    with harness.running([program, f"--web.listen-address=127.0.0.1:{port}", f"--config.file={config}", *flags]) as process:
        base = f"http://127.0.0.1:{port}"
        harness.wait_http(base + "/metrics")
        yield base, process


def probe(base, scenario):
    target = urllib.parse.quote(scenario.target, safe="")
    return page(f"{base}/probe?module={scenario.name}&target={target}{scenario.query}")


def value_differences(theirs, ours, ignored):
    skip = re.compile("|".join(["_seconds$", *ignored]))
    found = []
    for key, text in theirs.samples.items():
        if key not in ours.samples or (skip.search(key[0]) and not key[0].endswith("timestamp_seconds")):
            continue
        if float(text) != float(ours.samples[key]):
            found.append(f"{key[0]}{dict(key[1])}: {text} there, {ours.samples[key]} here")
    return found


def phase_differences(theirs, ours):
    found = []
    for key, text in theirs.samples.items():
        if key[0].endswith("_duration_seconds") and dict(key[1]).get("phase") and key in ours.samples:
            if abs(float(text) - float(ours.samples[key])) > PHASE_SECONDS:
                found.append(f"{dict(key[1])}: {text} there, {ours.samples[key]} here")
    return found


def run(scenario, base, their_base):
    got = probe(base, scenario)
    problems = [] if got.value("probe_success") == scenario.success else [f"probe_success {got.value('probe_success')}"]
    problems += [f"{name} is {got.value(name)}, want {value}" for name, value in scenario.wants.items() if got.value(name) != value]
    if their_base and scenario.theirs:
        theirs = probe(their_base, scenario)
        if theirs.value("probe_success") != got.value("probe_success"):
            problems.append(f"probe_success is {theirs.value('probe_success')} there")
        ignored = [*NEWER, *scenario.ignore]
        problems += differences(theirs, got, ignored) + value_differences(theirs, got, ignored) + phase_differences(theirs, got)
    return problems


def hosts(folder, authority, chained):
    """The server blocks of nginx, by name."""
    def tls(chain, key, more=""):
        return f"ssl_certificate {chain}; ssl_certificate_key {key}; {more} location / {{ return 200 'secure'; }}"
    good = authority.sign("good")
    plain = ("add_header X-Made here; location = / { return 200 'you are wellcome'; } location = /moved { return 301 /; }"
             "location = /loop { return 302 /loop; } location = /secure { return 302 https://localhost:PORT_h2/; }"
             "location = /other { return 302 https://localhost:PORT_chained/; } location = /zip.txt { gzip on; }"
             "location = /private { auth_basic x; auth_basic_user_file FOLDER/htpasswd; try_files /other.txt =404; }"
             "location = /bearer { if ($http_authorization != 'Bearer t0ken') { return 401; } return 200 ok; }"
             "location = /host { if ($http_host != 'virtual.test') { return 404; } return 200 ok; }").replace("FOLDER", folder)
    both, ca = "ssl_protocols TLSv1.2 TLSv1.3;", os.path.join(folder, "root.pem")
    return {
        "h2": ("ssl http2", tls(*good, both)),
        "tls12": ("ssl", tls(*good, "ssl_protocols TLSv1.2;")),
        "tls13": ("ssl", tls(*good, "ssl_protocols TLSv1.3;")),
        "chained": ("ssl", tls(*chained.sign("chained"))),
        "expired": ("ssl", tls(*authority.sign("expired", days=-1))),
        "selfsigned": ("ssl", tls(*probe_certificates.self_signed(folder))),
        "wrongname": ("ssl", tls(*authority.sign("wrongname", "DNS:elsewhere.test"))),
        "cnonly": ("ssl", tls(*authority.sign("localhost", ""))),
        "mutual": ("ssl", tls(*good, f"ssl_client_certificate {ca}; ssl_verify_client on;")),
        "plain": ("", plain),
    }


def write_files(folder):
    os.makedirs(os.path.join(folder, "www"))
    for name, text in (("zip.txt", "5" * 5000), ("other.txt", "nothing to see")):
        with open(os.path.join(folder, "www", name), "w", encoding="utf-8") as file:
            file.write(text)
    with open(os.path.join(folder, "htpasswd"), "w", encoding="utf-8") as file:
        file.write("u:{PLAIN}p\n")


def start_servers(stack, folder):
    """All servers; gives the scenarios that they allow."""
    root = probe_certificates.Authority(folder)
    chained = probe_certificates.Authority(folder, "middle", root, days=3)
    write_files(folder)
    ports = stack.enter_context(probe_servers.nginx(folder, hosts(folder, root, chained)))
    ca, good = root.cert, (os.path.join(folder, "good.pem"), os.path.join(folder, "good.key"))
    ports["client"] = root.sign("client")
    slow, proxy = stack.enter_context(probe_servers.web(probe_servers.Slow)), stack.enter_context(probe_servers.web(probe_servers.Proxy))
    context = probe_servers.server_context(*good)
    expired = probe_servers.server_context(os.path.join(folder, "expired.pem"), os.path.join(folder, "expired.key"))
    talks = {"ssh": (probe_servers.ssh, None), "irc": (probe_servers.irc, None), "bytes": (probe_servers.echo_bytes, None),
             "silent": (probe_servers.silent, None), "closing": (probe_servers.closing, None), "endless": (probe_servers.endless, None),
             "tls": (probe_servers.silent, context), "expired": (probe_servers.silent, expired)}
    streams = {name: stack.enter_context(probe_servers.talker(talk, tls)) for name, (talk, tls) in talks.items()}
    sockets = {"ssh": os.path.join(folder, "ssh.sock"), "tls": os.path.join(folder, "tls.sock")}
    stack.enter_context(probe_servers.talker(probe_servers.ssh, path=sockets["ssh"]))
    stack.enter_context(probe_servers.talker(probe_servers.silent, context, path=sockets["tls"]))
    smtp, grpc, grpc_tls = harness.free_port(), harness.free_port(), harness.free_port()
    if not stack.enter_context(probe_servers.script(probe_servers.SMTP, "aiosmtpd", smtp, *good)):
        print("note: no aiosmtpd here, STARTTLS not probed")
        smtp = None
    if not stack.enter_context(probe_servers.script(probe_servers.GRPC, "grpc", grpc, grpc_tls, *good)):
        print("note: no grpc module of Python here, grpc not probed")
        grpc = None
    dns = stack.enter_context(probe_servers.knot(folder))
    over_tls = stack.enter_context(probe_servers.talker(probe_servers.relay_to(dns), context)) if dns else None
    if dns is None:
        print("note: no knotd here, dns not probed")
    return (http_scenarios(ports, ca, slow, proxy) + stream_scenarios(streams, ca, smtp, sockets) +
            dns_scenarios(dns, over_tls, ca, streams["silent"]) + grpc_scenarios(grpc, grpc_tls, ca) + icmp_scenarios())


def main():
    prefix = sys.argv[1] if len(sys.argv) > 1 else ""
    folder = tempfile.mkdtemp()
    reference = shutil.which("prometheus-blackbox-exporter")
    if reference is None:
        print("note: no prometheus-blackbox-exporter here, not compared")
    with contextlib.ExitStack() as stack:
        scenarios = [s for s in start_servers(stack, folder) if s.name.startswith(prefix)]
        ours, theirs = os.path.join(folder, "ours.yml"), os.path.join(folder, "theirs.yml")
        for path, rows in ((ours, scenarios), (theirs, [s for s in scenarios if s.theirs])):
            with open(path, "w", encoding="utf-8") as file:
                file.write("modules:\n" + "".join(scenario.module() for scenario in rows))
        base = stack.enter_context(exporter(ours, harness.ours("sonde-blackbox-exporter")))[0]
        their_base = stack.enter_context(exporter(theirs, reference))[0] if reference else None
        failed = 0
        for scenario in scenarios:
            problems = run(scenario, base, their_base)
            failed += bool(problems)
            print(f"{'FAILED' if problems else 'ok'}: {scenario.name}" + "".join(f"\n    {line}" for line in problems), flush=True)
            if problems:
                target = urllib.parse.quote(scenario.target, safe="")
                print(harness.fetch(f"{base}/logs?module={scenario.name}&target={target}")[2].decode().split("\n\n\n")[0])
        print(f"{len(scenarios)} scenarios, {failed} failed")
        check(failed == 0 and (prefix or len(scenarios) >= 60), "ours and the reference's agree on all scenarios")


main()
