"""Certificates for the probers' tests, made with openssl: one of each kind that a probe should tell apart."""
import os
import subprocess

import harness

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*arguments):
    subprocess.run([harness.need("openssl"), *arguments], check=True, capture_output=True)


class Authority:
    """A certificate authority in a folder; sign() gives a file with a chain and its key."""

    def __init__(self, folder, name="root", parent=None, days=20):
        self.folder, self.name, self.parent = folder, name, parent
        self.cert, self.key = self.path(".pem"), self.path(".key")
        basic = ["-subj", f"/O=sonde test/CN={name}", "-keyout", self.key, *KEY]
        ca = "basicConstraints=critical,CA:TRUE"
        if parent is None:
            openssl("req", "-x509", *basic, "-out", self.cert, "-days", str(days), "-addext", "keyUsage=critical,keyCertSign")
        else:
            openssl("req", *basic, "-out", self.path(".csr"))
            parent.issue(self.path(".csr"), self.cert, days, ca)

    def path(self, end):
        return os.path.join(self.folder, self.name + end)

    def issue(self, request, out, days, extensions):
        with open(request + ".ext", "w", encoding="utf-8") as file:
            file.write(extensions + "\n")
        openssl("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-CAcreateserial", "-days", str(days),
                "-out", out, "-extfile", request + ".ext")

    def sign(self, name, alternative="DNS:localhost,DNS:www.example.test,IP:127.0.0.1", days=5):
        """(chain file, key file) of a server's certificate; alternative names "" for none."""
        base = os.path.join(self.folder, name)
        openssl("req", "-subj", f"/C=NO/O=sonde/CN={name}", "-keyout", base + ".key", "-out", base + ".csr", *KEY)
        self.issue(base + ".csr", base + ".pem", days, f"subjectAltName={alternative}" if alternative else "keyUsage=digitalSignature")
        with open(base + ".pem", "a", encoding="utf-8") as chain:
            authority = self
            while authority.parent:
                with open(authority.cert, encoding="utf-8") as file:
                    chain.write(file.read())
                authority = authority.parent
        return base + ".pem", base + ".key"


def self_signed(folder):
    base = os.path.join(folder, "selfsigned")
    openssl("req", "-x509", "-subj", "/CN=selfsigned", "-keyout", base + ".key", "-out", base + ".pem", "-days", "3", *KEY,
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    return base + ".pem", base + ".key"
