"""The servers that the probers' tests talk to: real ones where the system has them (nginx, Knot DNS, aiosmtpd, gRPC), and
scripted sockets where a peer has to misbehave."""
import contextlib
import http.server
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time

import harness
from servers import talker, web  # noqa: F401  for the scenarios

SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's modules are its own.

ZONE = """$ORIGIN example.test.
$TTL 300
@ SOA ns admin 2024010101 3600 600 86400 60
@ NS ns
@ MX 10 mail
@ MX 20 mail2
@ TXT "v=spf1 -all"
@ A 192.0.2.10
ns A 127.0.0.1
mail A 192.0.2.1
mail2 A 192.0.2.2
www CNAME example.test.
v6 AAAA 2001:db8::1
sub NS ns.sub
ns.sub A 192.0.2.53
_sip._tcp SRV 10 5 5060 mail
@ CAA 0 issue "ca.example.test"
"""


def has_module(name):
    return os.path.exists(SYSTEM_PYTHON) and subprocess.run([SYSTEM_PYTHON, "-c", f"import {name}"], capture_output=True).returncode == 0


@contextlib.contextmanager
def nginx(folder, hosts):
    """hosts: name → the words after the port of the listen line, and the server block's body, in which PORT_NAME is that host's
    port. Yields name → port."""
    program = harness.need("nginx")
    ports = {name: harness.free_port() for name in hosts}
    blocks = "".join(f"server {{ listen 127.0.0.1:{ports[name]} {words}; {body} }}\n" for name, (words, body) in hosts.items())
    for name, port in ports.items():
        blocks = blocks.replace(f"PORT_{name}/", f"{port}/")
    config = os.path.join(folder, "nginx.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
                   f"events {{ worker_connections 512; }}\nhttp {{ access_log off; client_body_temp_path {folder}/b;\n"
                   f"proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
                   f"gzip_types text/plain; gzip_min_length 1; root {folder}/www; default_type text/plain;\n{blocks} }}\n")
    with harness.running([program, "-p", folder, "-c", config], log=os.path.join(folder, "nginx.out")):
        for port in ports.values():
            harness.wait_for(lambda p=port: socket.create_connection(("127.0.0.1", p), 1).close() is None, what="nginx")
        yield ports


@contextlib.contextmanager
def knot(folder):
    """An authoritative DNS server of example.test; yields its port, for UDP and TCP."""
    program = shutil.which("knotd", path="/usr/sbin:/usr/bin")
    if program is None:
        yield None
        return
    port = harness.free_port()
    os.makedirs(os.path.join(folder, "db"))
    with open(os.path.join(folder, "zone"), "w", encoding="utf-8") as file:
        file.write(ZONE)
    config = os.path.join(folder, "knot.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"server:\n  rundir: {folder}\n  listen: 127.0.0.1@{port}\n  udp-workers: 1\n  tcp-workers: 1\n"
                   f"database:\n  storage: {folder}/db\nzone:\n  - domain: example.test\n    file: {folder}/zone\n"
                   "    journal-content: none\n")
    with harness.running([program, "-c", config], log=os.path.join(folder, "knot.log")):
        harness.wait_for(lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None, what="knotd")
        yield port


SMTP = """
import sys, time, ssl
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
class Upgrading(Controller):
    def factory(self):
        return SMTP(self.handler, tls_context=context, hostname="mx.example.test")
class Handler: pass
Upgrading(Handler(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
time.sleep(3600)
"""

GRPC = """
import sys, time
from concurrent import futures
import grpc
STATUS = {b"": 1, b"good": 1, b"bad": 2, b"dunno": 0}
def check(request, context):
    service = request[2:] if request else b""
    if ("authorization", "Bearer t0ken") not in context.invocation_metadata() and service == b"private":
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "no token")
    if service == b"private": return bytes([8, 1])
    if service not in STATUS: context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return bytes([8, STATUS[service]]) if STATUS[service] else b""
handler = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(
    check, request_deserializer=bytes, response_serializer=bytes)})
server = grpc.server(futures.ThreadPoolExecutor(4))
server.add_generic_rpc_handlers((handler,))
server.add_insecure_port("127.0.0.1:" + sys.argv[1])
with open(sys.argv[3], "rb") as c, open(sys.argv[4], "rb") as k:
    server.add_secure_port("127.0.0.1:" + sys.argv[2], grpc.ssl_server_credentials([(k.read(), c.read())]))
server.start()
time.sleep(3600)
"""


@contextlib.contextmanager
def script(code, module, *arguments):
    """A server of Debian's Python; yields whether it runs. The ports among the arguments are waited for."""
    if not has_module(module):
        yield False
        return
    with harness.running([SYSTEM_PYTHON, "-c", code, *map(str, arguments)]):
        for port in (a for a in arguments if isinstance(a, int)):
            harness.wait_for(lambda p=port: socket.create_connection(("127.0.0.1", p), 1).close() is None, what=module)
        yield True


class Slow(http.server.BaseHTTPRequestHandler):
    """What nginx-light cannot do: answers that come late, in pieces, or not whole."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/late":
            time.sleep(0.5)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        body = b"x" * 1000
        self.send_header("Content-Length", str(len(body) * (3 if self.path == "/cut" else 1)))
        if self.path == "/cookie":
            self.send_header("Set-Cookie", "a=b; Path=/")
        self.end_headers()
        self.wfile.write(body[:500])
        if self.path == "/slow":
            self.wfile.flush()
            time.sleep(0.5)
        if self.path == "/stuck":
            self.wfile.flush()
            time.sleep(3)
        self.wfile.write(body[500:])
        if self.path == "/cut":
            self.close_connection = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = (body, self.headers["X-A"], self.headers["User-Agent"][:18]) == (b"abc", "b", "Blackbox-Exporter/")
        old = self.headers["User-Agent"].startswith("Blackbox Exporter/")
        self.send_response(200 if good or old else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Proxy(http.server.BaseHTTPRequestHandler):
    """A forward proxy for plain targets: it says what it was asked for, as text."""

    def do_GET(self):
        body = f"asked for {self.path} of {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ssh(connection):
    connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n")
    connection.recv(100)


def irc(connection):
    lines = connection.makefile("rwb", buffering=0)
    lines.readline()
    lines.write(b":irc.example.test NOTICE * :*** Looking up\n:irc.example.test PING :12345\n")
    if lines.readline() == b"PONG 12345\n":
        lines.write(b":irc.example.test 001 prober :Welcome\n")
    lines.read(1)


def echo_bytes(connection):
    connection.recv(100)
    connection.sendall(b"\x00\x01binary")
    connection.recv(100)


def silent(connection):
    connection.recv(1)


def closing(_):
    pass


def endless(connection):
    while True:
        connection.sendall(b"x" * 1000)


def relay_to(port):
    """Bytes both ways, so that a TLS listener in front makes DNS over TLS of a plain server."""
    def talk(connection):
        with socket.create_connection(("127.0.0.1", port)) as behind:
            request = connection.recv(4096)
            behind.sendall(request)
            connection.sendall(behind.recv(65536))
            connection.recv(1)
    return talk


def server_context(chain, key, minimum=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    if minimum:
        context.minimum_version = minimum
    return context


if __name__ == "__main__":
    sys.exit("a library of scenarios_test.py")
