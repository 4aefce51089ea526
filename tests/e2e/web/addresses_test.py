"""Where the binaries listen, and below which path: several addresses, IPv6, unix sockets, sockets that are handed over, prefixes."""
import os
import shutil
import signal
import socket
import subprocess

import harness
import lab


def curl(*arguments):
    """Status and body."""
    done = subprocess.run([harness.need("curl"), "-s", "-m", "5", "-w", "\n%{http_code}", *arguments], capture_output=True, text=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
            return True
    except OSError:
        return False


def test_addresses(folder):
    path = os.path.join(folder, "exporter.sock")
    port, second = harness.free_port(), harness.free_port()
    flags = [f"--web.listen-address=127.0.0.1:{port}", f"--web.listen-address=unix://{path}"]
    if has_ipv6():
        flags.append(f"--web.listen-address=[::1]:{second}")
    with harness.running([harness.ours("sonde-demo-exporter"), *flags]) as process:
        harness.wait_http(f"http://127.0.0.1:{port}/")
        lab.check(curl("--unix-socket", path, "http://localhost/metrics")[0] == 200, "a unix socket is served")
        lab.check(os.stat(path).st_mode & 0o007 == 0, "the socket is not for everybody")
        if has_ipv6():
            lab.check(curl(f"http://[::1]:{second}/metrics")[0] == 200, "IPv6 is served")
        # A second process does not take a living socket.
        again = subprocess.run([harness.ours("sonde-demo-exporter"), f"--web.listen-address=unix://{path}"], capture_output=True,
                               text=True, timeout=10)
        lab.check(again.returncode == 1 and "already in use" in again.stderr, again.stderr)
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        lab.check(not os.path.exists(path), "the socket goes with its process")
    # One that a killed process has left is replaced.
    for _ in range(2):
        with harness.running([harness.ours("sonde-demo-exporter"), f"--web.listen-address=unix://{path}"]) as process:
            harness.wait_for(lambda: curl("--unix-socket", path, "http://localhost/metrics")[0] == 200, what="the unix socket")
            process.kill()
            process.wait()
            lab.check(os.path.exists(path), "a killed process leaves its socket")
    for address in ("tcp://127.0.0.1:1", "unix://relative", "vsock://:x", "127.0.0.1"):
        done = subprocess.run([harness.ours("sonde-demo-exporter"), f"--web.listen-address={address}"], capture_output=True, text=True,
                              timeout=10)
        lab.check(done.returncode == 1 and address in done.stderr, f"{address}: {done.stderr}")


def test_inherited_unix_socket(folder):
    path = os.path.join(folder, "inherited.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        script = f'exec 3<&{listener.fileno()}; export LISTEN_PID=$$; exec "$0" --web.systemd-socket'
        process = subprocess.Popen(["/bin/sh", "-c", script, harness.ours("sonde-demo-exporter")], env={**os.environ, "LISTEN_FDS": "1"},
                                   pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL)
        try:
            harness.wait_for(lambda: curl("--unix-socket", path, "http://localhost/metrics")[0] == 200, what="the inherited socket")
        finally:
            process.terminate()
            process.wait(10)
        lab.check(os.path.exists(path), "a socket that was handed over is not ours to remove")


def test_prefix(folder, flags, prefix):
    config = lab.write(folder, "blackbox.yml", "modules: {}\n")
    port = harness.free_port()
    with harness.running([harness.ours("sonde-blackbox-exporter"), f"--web.listen-address=127.0.0.1:{port}", f"--config.file={config}",
                          *flags]):
        base = f"http://127.0.0.1:{port}"
        harness.wait_for(lambda: curl(f"{base}{prefix}/-/healthy")[0] == 200, what=f"{flags}")
        status, body = curl(f"{base}{prefix}/")
        lab.check(status == 200 and 'href="config"' in body, f"the page below {prefix}: {status} {body}")
        for path in ("/config", "/metrics"):
            lab.check(curl(f"{base}{prefix}{path}")[0] == 200, f"{prefix}{path} is served")
        if prefix:
            for path in ("/metrics", "/", prefix + "x/metrics"):
                lab.check(curl(f"{base}{path}")[0] == 404, f"{path} is outside of {prefix}")


def main():
    folder = lab.folder()
    test_addresses(folder)
    test_inherited_unix_socket(folder)
    test_prefix(folder, [], "")
    test_prefix(folder, ["--web.route-prefix=/push/"], "/push")
    test_prefix(folder, ["--web.external-url=https://metrics.example/a/b"], "/a/b")
    test_prefix(folder, ["--web.external-url=https://metrics.example/a/b", "--web.route-prefix=/"], "")
    shutil.rmtree(folder)


main()
