"""Certificates and passwords are rotated under load, and not one request fails.

    rotation_test.py [ROTATIONS]
"""
import http.client
import os
import shutil
import ssl
import sys
import threading
import time

import harness
import lab

CLIENTS = 6  # half of them with a new connection per request


class Load:
    """Clients that ask until they are stopped; what went wrong and which certificates they saw."""

    def __init__(self, port, authority):
        self.port = port
        self.context = ssl.create_default_context(cafile=authority)
        self.stopped = threading.Event()
        self.errors = []
        self.certificates = set()
        self.requests = 0
        self.threads = [threading.Thread(target=self.run, args=(i % 2 == 0,)) for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self, keeps):
        connection = None
        while not self.stopped.is_set():
            try:
                if connection is None:
                    connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=10)
                    connection.connect()
                    self.certificates.add(connection.sock.getpeercert()["serialNumber"])
                connection.request("GET", "/metrics", headers=lab.authorization("alice"))
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    self.errors.append(f"status {answer.status}")
                self.requests += 1
                if not keeps:
                    connection.close()
                    connection = None
            except Exception as error:  # Any failure is a finding.
                self.errors.append(repr(error))
                connection = None

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def rotate(folder, number, in_place):
    """Another certificate, its key a little later; and a new hash of the same password."""
    for kind in ("pem", "key"):
        if in_place:
            shutil.copyfile(f"{folder}/new{number}.{kind}", f"{folder}/server.{kind}")
        else:
            shutil.copyfile(f"{folder}/new{number}.{kind}", f"{folder}/server.{kind}.new")
            os.replace(f"{folder}/server.{kind}.new", f"{folder}/server.{kind}")
        time.sleep(0.05)
    text = config()
    if in_place:
        with open(f"{folder}/web.yml", "w") as file:
            file.write(text)
    else:
        lab.write(folder, "web.yml", text)


def config():
    return ("tls_server_config: {cert_file: server.pem, key_file: server.key}\n"
            f"basic_auth_users:\n  alice: {lab.bcrypt(lab.PASSWORD, 8)}\n")


def main():
    rotations = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    folder = lab.folder()
    authority = lab.Authority(folder)
    authority.issue("server", "IP:127.0.0.1")
    for number in range(5):
        authority.issue(f"new{number}", "IP:127.0.0.1", rsa=number % 2 == 0)
    with lab.exporter(folder, config()) as (port, _):
        load = Load(port, f"{folder}/ca.pem")
        for number in range(rotations):
            time.sleep(0.3)
            rotate(folder, number % 5, in_place=number % 2 == 1)
        time.sleep(0.5)
        load.stop()
    print(f"{rotations} rotations, {load.requests} requests, {len(load.errors)} failed, {len(load.certificates)} certificates seen")
    lab.check(not load.errors, f"{load.errors[:5]}")
    lab.check(load.requests > 20 * rotations, f"{load.requests} requests are no load")
    lab.check(len(load.certificates) == min(5, rotations) + 1, f"every certificate is seen: {load.certificates}")
    shutil.rmtree(folder)


main()
