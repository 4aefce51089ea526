"""Certificates, and exporters behind a web configuration: ours and the reference's."""
import base64
import contextlib
import ctypes
import os
import random
import subprocess
import tempfile

import harness

# bcrypt, cost 5: the well-known test vector for the password "U*U".
HASH = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
PASSWORD = "U*U"


def check(condition, what):
    assert condition, what


def authorization(user, password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder, name="ca"):
        self.openssl = harness.need("openssl")
        self.folder = folder
        self.name = name
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                  "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")

    def _run(self, *command):
        subprocess.run([self.openssl, *command], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, names, usage="serverAuth", rsa=False):
        """NAME.pem and NAME.key with these alternative names ("DNS:a,IP:127.0.0.1")."""
        kind = ["-newkey", "rsa:2048"] if rsa else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        self._run("req", *kind, "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        with open(os.path.join(self.folder, f"{name}.ext"), "w") as file:
            file.write(f"subjectAltName={names}\nextendedKeyUsage={usage}\n")
        self._run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key",
                  "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")


def write(folder, name, text):
    """Replaces a file at once."""
    path = os.path.join(folder, name)
    with open(path + ".new", "w") as file:
        file.write(text)
    os.replace(path + ".new", path)
    return path


@contextlib.contextmanager
def exporter(folder, config, program=None, flag="--web.config.file", flags=()):
    """Runs the demo exporter, or a program of the reference, with this web configuration; gives its port."""
    path = write(folder, "web.yml", config)
    port = harness.free_port()
    command = [program or harness.ours("sonde-demo-exporter"), f"--web.listen-address=127.0.0.1:{port}", f"{flag}={path}",
               *flags]
    with harness.running(command, log=os.path.join(folder, "log")) as process:
        harness.wait_for(lambda: harness.socket.create_connection(("127.0.0.1", port), 1).close() is None, what="a listener")
        yield port, process


def folder():
    return tempfile.mkdtemp(prefix="sonde-web-")


def bcrypt(password, cost):
    """A hash with a salt of its own, by the system's crypt()."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    salt = "".join(random.choice(alphabet) for _ in range(21)) + random.choice(".Oeu")  # The last digit has two bits.
    return library.crypt(password.encode(), f"$2b${cost:02}${salt}".encode()).decode()


def cpu_seconds(process):
    """User and system time of a process so far, in ticks of 10 ms."""
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
