"""Redis servers without persistence, and exporters beside them."""
import contextlib
import socket
import tempfile

import harness

PASSWORD = "correct-horse#7"


def tell(port, *commands, password=PASSWORD):
    """Sends commands (lists of words) and gives all that came back."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), 5) as peer:
        for words in (["AUTH", password], *commands):
            peer.sendall(f"*{len(words)}\r\n".encode() + b"".join(f"${len(w)}\r\n{w}\r\n".encode() for w in words))
            said += peer.recv(65536)
    return said


@contextlib.contextmanager
def server(*flags):
    port = harness.free_port()
    command = [harness.need("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir",
               tempfile.mkdtemp(), "--requirepass", PASSWORD, "--masterauth", PASSWORD, *flags]
    with harness.running(command):
        harness.wait_for(lambda: b"PONG" in tell(port, ["PING"]), what="redis-server")
        yield port


@contextlib.contextmanager
def exporter(log, *flags, env=None, program=None):
    """Runs ours, or another program of the same flags; gives its base URL and process."""
    port = harness.free_port()
    command = [program or harness.ours("sonde-redis-exporter"), f"--web.listen-address=127.0.0.1:{port}", *flags]
    with harness.running(command, log=log, env=env) as process:
        base = f"http://127.0.0.1:{port}"
        harness.wait_http(base + "/")
        yield base, process
