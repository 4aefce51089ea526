"""The TLS part of the web configuration: versions, cipher suites, curves, client certificates and their names. A table; its rows
are tried on our demo exporter and, where it knows the keys, on the reference's node exporter, which must agree."""
import re
import shutil
import subprocess

import harness
import lab

RSA = "tls_server_config:\n  cert_file: rsa.pem\n  key_file: rsa.key\n"
EC = "tls_server_config:\n  cert_file: ec.pem\n  key_file: ec.key\n"
CLIENTS = "  client_ca_file: ca.pem\n"
OLD = ["-cipher", "DEFAULT@SECLEVEL=0"]
GCM, CBC, CHACHA = "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-CHACHA20-POLY1305"

# Configuration, what openssl s_client is given, what it must report (None: no connection). Both programs.
HANDSHAKES = [
    (RSA, ["-tls1_3"], "TLSv1.3"),
    (RSA, ["-tls1_2"], "TLSv1.2"),
    (RSA, ["-tls1_1", *OLD], None),
    (RSA, ["-tls1", *OLD], None),
    (RSA + "  min_version: TLS13\n", ["-tls1_2"], None),
    (RSA + "  min_version: TLS13\n", [], "TLSv1.3"),
    (RSA + "  max_version: TLS12\n", ["-tls1_3"], None),
    (RSA + "  max_version: TLS12\n", [], "TLSv1.2"),
    (RSA + "  min_version: TLS11\n", ["-tls1_1", *OLD], "TLSv1.1"),
    (RSA + "  min_version: TLS10\n", ["-tls1", *OLD], "TLSv1"),
    (RSA + "  min_version: TLS10\n  max_version: TLS10\n", ["-tls1_1", *OLD], None),
    # Suites are exact, and not those of TLS 1.3.
    (RSA, ["-tls1_2", "-cipher", CBC], CBC),
    (RSA, ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"], None),
    (RSA, ["-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384"], None),
    (RSA + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n  max_version: TLS12\n", ["-cipher", GCM], GCM),
    (RSA + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n", ["-tls1_2", "-cipher", CBC], None),
    (RSA + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n", ["-tls1_2", "-cipher", CHACHA], None),
    (RSA + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n", ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
     "TLS_CHACHA20_POLY1305_SHA256"),
    (RSA + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n",
     ["-tls1_2", "-cipher", GCM], None),
    (EC + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n", ["-tls1_2"],
     "ECDHE-ECDSA-AES256-GCM-SHA384"),
    (EC + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]\n", ["-tls1_2"], None),
    (RSA, ["-groups", "P-521"], "secp521r1"),
    (RSA + "  curve_preferences: [CurveP384]\n", ["-groups", "X25519"], None),
    (RSA + "  curve_preferences: [CurveP384]\n", ["-groups", "X25519:P-384"], "secp384r1"),
    (RSA + "  curve_preferences: [CurveP384]\n", ["-tls1_2", "-cipher", "ECDHE", "-groups", "X25519"], None),
    (RSA + "  curve_preferences: [CurveP256, X25519]\n", ["-groups", "X25519"], "X25519"),
]

# Ours only: the manual's order of suites, which Go has given up.
OUR_HANDSHAKES = [
    (RSA + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n",
     ["-tls1_2", "-cipher", f"{GCM}:{CBC}"], CBC),
    (RSA + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n"
     "  prefer_server_cipher_suites: false\n", ["-tls1_2", "-cipher", f"{GCM}:{CBC}"], GCM),
    (RSA + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n", ["-tls1_2"], None),
    (RSA + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n", [], "TLSv1.3"),
]

# Client's policy → is it served without a certificate, with a good one, with one of an unknown authority?
POLICIES = [
    ("NoClientCert", "", True, True, True),
    ("RequestClientCert", CLIENTS, True, True, True),
    ("RequireAnyClientCert", CLIENTS, False, True, True),
    ("VerifyClientCertIfGiven", CLIENTS, True, True, False),
    ("RequireAndVerifyClientCert", CLIENTS, False, True, False),
]

# Allowed names → is the client of names() served? Exact, as in the manual. Keys that Debian's reference does not know.
NAMES = [
    (["client.example"], True), (["nobody@example.com", "client@example.com"], True), (["192.0.2.7"], True),
    (["2001:db8::7"], True), (["spiffe://example/client"], True), (["client"], False), (["*.example"], False),
    (["CLIENT.example"], False), (["192.0.2.8"], False), (["spiffe://example/"], False), ([], True),
]
CLIENT_NAMES = ("DNS:client.example,email:client@example.com,IP:192.0.2.7,IP:2001:db8::7,URI:spiffe://example/client")


def shake(port, arguments):
    """What openssl reports of the connection, None where there is none."""
    done = subprocess.run([harness.need("openssl"), "s_client", "-brief", "-connect", f"127.0.0.1:{port}", *arguments],
                          input="", capture_output=True, text=True, timeout=10)
    text = done.stdout + done.stderr
    fields = dict(re.findall(r"^(Protocol version|Ciphersuite|Server Temp Key): (.*)$", text, re.M))
    return " ".join(fields.values()) if "Ciphersuite" in fields else None


def get(port, ca, *arguments):
    """The status that curl sees, 0 without an answer; and its message."""
    done = subprocess.run([harness.need("curl"), "-s", "-m", "10", "-o", "/dev/null", "-w", "%{http_code} %{errormsg}", "--cacert",
                           ca, *arguments, f"https://127.0.0.1:{port}/metrics"], capture_output=True, text=True)
    status, _, message = done.stdout.partition(" ")
    return int(status), message


def test_handshakes(folder, rows, **program):
    for config, arguments, wanted in rows:
        # The reference does not start where HTTP/2 lacks a suite that it needs.
        with lab.exporter(folder, config + "http_server_config: {http2: false}\n", **program) as (port, _):
            got = shake(port, arguments)
            good = got is None if wanted is None else wanted in re.split(r"[ ,]+", got or "")
            lab.check(good, f"{config!r} and {arguments}: wanted {wanted}, got {got} ({program or 'ours'})")


def test_policies(folder, **program):
    for policy, more, *wanted in POLICIES:
        with lab.exporter(folder, f"{RSA}{more}  client_auth_type: {policy}\n", **program) as (port, _):
            for versions in ([], ["--tls-max", "1.2"]):
                for name, admitted in zip((None, "client", "stranger"), wanted):
                    own = ["--cert", f"{folder}/{name}.pem", "--key", f"{folder}/{name}.key"] if name else []
                    status, message = get(port, f"{folder}/ca.pem", *own, *versions)
                    lab.check((status == 200) == admitted, f"{policy}, client {name} {versions}: {status} {message} ({program})")
                    # An alert says why; a bare end of the connection would look like a broken network.
                    lab.check(admitted or program or "alert" in message, f"{policy}, client {name} {versions}: {message}")


def test_names(folder):
    for names, admitted in NAMES:
        config = f"{RSA}{CLIENTS}  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: {names}\n"
        with lab.exporter(folder, config) as (port, _):
            status, message = get(port, f"{folder}/ca.pem", "--cert", f"{folder}/client.pem", "--key", f"{folder}/client.key")
            lab.check((status == 200) == admitted, f"{names}: {status} {message}")


def test_wrong_purpose(folder, **program):
    """A server's certificate is no client's."""
    with lab.exporter(folder, f"{RSA}{CLIENTS}  client_auth_type: RequireAndVerifyClientCert\n", **program) as (port, _):
        status, _ = get(port, f"{folder}/ca.pem", "--cert", f"{folder}/ec.pem", "--key", f"{folder}/ec.key")
        lab.check(status != 200, "a server's certificate is refused from a client")


def test_inline(folder):
    def block(name):
        return "|\n" + "".join("    " + line for line in open(f"{folder}/{name}"))

    config = f"tls_server_config:\n  cert: {block('ec.pem')}  key: {block('ec.key')}"
    with lab.exporter(folder, config) as (port, _):
        lab.check(get(port, f"{folder}/ca.pem")[0] == 200, "certificate and key within the file are served")


def main():
    folder = lab.folder()
    authority = lab.Authority(folder)
    authority.issue("rsa", "IP:127.0.0.1", rsa=True)
    authority.issue("ec", "IP:127.0.0.1")
    authority.issue("client", CLIENT_NAMES, usage="clientAuth")
    lab.Authority(folder, "other").issue("stranger", CLIENT_NAMES, usage="clientAuth")
    test_handshakes(folder, HANDSHAKES + OUR_HANDSHAKES)
    test_policies(folder)
    test_names(folder)
    test_wrong_purpose(folder)
    test_inline(folder)
    reference = shutil.which("prometheus-node-exporter")
    if reference:
        program = {"program": reference, "flag": "--web.config.file",
                   "flags": ("--collector.disable-defaults",)}
        test_handshakes(folder, HANDSHAKES, **program)
        test_policies(folder, **program)
        test_wrong_purpose(folder, **program)
    shutil.rmtree(folder)
    print(f"{len(HANDSHAKES) + len(OUR_HANDSHAKES)} handshakes, {len(POLICIES)} policies, {len(NAMES)} lists of names"
          f"{', the reference agrees' if reference else ''}")


main()
