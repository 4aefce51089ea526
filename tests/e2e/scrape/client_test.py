#!/usr/bin/env python3
"""TLS, client certificates, credentials in files and proxies of a scrape job, against real TLS servers."""
import base64
import http.server
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading

import harness


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = self.server.wanted_authorization
        if wanted is not None and self.headers.get("Authorization") != wanted:
            self.answer(401, b"")
            return
        self.answer(200, b"a 1\n")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    wanted_authorization = None

    def handle_error(self, *_):
        pass


def serve(context=None, authorization=None):
    server = Server(("127.0.0.1", 0), Handler)
    server.wanted_authorization = authorization
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
            f"/CN={name}", "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.crt")


def make_certificate(folder, name, authority, alternatives):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr")
    with open(f"{folder}/{name}.ext", "w") as out:
        out.write(f"subjectAltName={alternatives}\n")
    openssl("x509", "-req", "-in", f"{folder}/{name}.csr", "-CA", f"{folder}/{authority}.crt", "-CAkey",
            f"{folder}/{authority}.key", "-CAcreateserial", "-days", "2", "-extfile", f"{folder}/{name}.ext", "-out",
            f"{folder}/{name}.crt")


def server_context(folder, certificate, client_authority=None, maximum=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/{certificate}.crt", f"{folder}/{certificate}.key")
    if client_authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(f"{folder}/{client_authority}.crt")
    if maximum:
        context.maximum_version = maximum
    return context


def main():
    harness.need("openssl")
    with tempfile.TemporaryDirectory() as folder:
        for authority in ("ca", "other"):
            make_authority(folder, authority)
        make_certificate(folder, "ip", "ca", "IP:127.0.0.1")
        make_certificate(folder, "named", "ca", "DNS:metrics.test")
        make_certificate(folder, "client", "ca", "DNS:client.test")
        by_ip = serve(server_context(folder, "ip"))
        by_name = serve(server_context(folder, "named"))
        mutual = serve(server_context(folder, "ip", client_authority="ca"))
        old = serve(server_context(folder, "ip", maximum=ssl.TLSVersion.TLSv1_2))
        token = serve(authorization="Bearer first")
        basic = serve(authorization="Basic " + base64.b64encode(b"user:pa:ss").decode())
        with open(f"{folder}/token", "w") as out:
            out.write("first\n")
        with open(f"{folder}/rotating.crt", "w") as out:
            out.write(open(f"{folder}/other.crt").read())

        ca = f"ca_file: {folder}/ca.crt"
        jobs = {  # name: (server, scheme, extra configuration, expected up)
            "trusted": (by_ip, "https", f"tls_config: {{{ca}}}", 1),
            "untrusted": (by_ip, "https", f"tls_config: {{ca_file: {folder}/other.crt}}", 0),
            "system_bundle": (by_ip, "https", "", 0),
            "skipped": (by_ip, "https", "tls_config: {insecure_skip_verify: true}", 1),
            "wrong_name": (by_name, "https", f"tls_config: {{{ca}}}", 0),
            "server_name": (by_name, "https", f"tls_config: {{{ca}, server_name: metrics.test}}", 1),
            "client_certificate": (mutual, "https",
                                   f"tls_config: {{{ca}, cert_file: {folder}/client.crt, key_file: {folder}/client.key}}", 1),
            "no_client_certificate": (mutual, "https", f"tls_config: {{{ca}}}", 0),
            "old_tls": (old, "https", f"tls_config: {{{ca}}}", 1),
            "new_tls_only": (old, "https", f"tls_config: {{{ca}, min_version: TLS13}}", 0),
            "rotating": (by_ip, "https", f"tls_config: {{ca_file: {folder}/rotating.crt}}", 0),
            "token": (token, "http", f"authorization: {{credentials_file: {folder}/token}}", 1),
            "basic": (basic, "http", "basic_auth: {username: user, password: 'pa:ss'}", 1),
            "no_password": (basic, "http", "", 0),
        }
        with open(f"{folder}/prometheus.yml", "w") as out:
            out.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n")
            for name, (server, scheme, extra, _) in jobs.items():
                out.write(f"- job_name: {name}\n  scheme: {scheme}\n  {extra}\n"
                          f"  static_configs: [{{targets: ['127.0.0.1:{server.server_port}']}}]\n")
        port = harness.free_port()
        command = [harness.ours("sonde-scraper"), f"--config.file={folder}/prometheus.yml",
                   f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
        with harness.running(command, log=f"{folder}/log"):
            def targets():
                _, _, body = harness.fetch(f"http://127.0.0.1:{port}/api/v1/targets")
                return {t["scrapePool"]: (int(t["health"] == "up"), t["lastError"])
                        for t in json.loads(body)["data"]["activeTargets"] if t["health"] != "unknown"}

            def answered():
                """Every target's state, once none is merely late: on a busy machine that says nothing about it."""
                states = targets()
                return len(states) == len(jobs) and not any("deadline" in e for _, e in states.values()) and states

            for name, (up, error) in sorted(harness.wait_for(answered, 30, "an answer of every target").items()):
                print(f"{name}: {up} {error}")
                assert up == jobs[name][3], (name, error)
            # Files are read again when they change, with no reload.
            with open(f"{folder}/rotating.crt", "w") as out:
                out.write(open(f"{folder}/ca.crt").read())
            token.wanted_authorization = "Bearer second"
            harness.wait_for(lambda: targets()["token"][0] == 0, 15, "a refused token")
            with open(f"{folder}/token", "w") as out:
                out.write("second")
            harness.wait_for(lambda: targets()["token"][0] == 1, 15, "the new token")
            harness.wait_for(lambda: targets()["rotating"][0] == 1, 15, "the new authority")


if __name__ == "__main__":
    sys.exit(main())
