"""What a probe costs, ours beside the reference's: CPU per probe and anonymous memory after all of them, a line per prober.

usage: PYTHONPATH=tests/e2e:tests/e2e/blackbox SONDE_BIN=build/release/bin python3 tests/bench/probe_cost.py [PROBES] [KIND …]
"""
import contextlib
import http.client
import os
import shutil
import sys
import tempfile

import harness
import probe_certificates
import probe_servers

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """Of the process and of threads that have ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def anonymous_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("RssAnon")).split()[1])


@contextlib.contextmanager
def exporter(program, config):
    port = harness.free_port()
    with harness.running([program, f"--web.listen-address=127.0.0.1:{port}", f"--config.file={config}"]) as process:
        harness.wait_http(f"http://127.0.0.1:{port}/metrics")
        yield port, process.pid


def measure(program, config, module, target, count):
    """(CPU microseconds per probe, anonymous KiB) of a fresh process."""
    with exporter(program, config) as (port, pid):
        connection = http.client.HTTPConnection("127.0.0.1", port)

        def probe():
            connection.request("GET", f"/probe?module={module}&target={target}")
            body = connection.getresponse().read()
            assert b"\nprobe_success 1\n" in body, body[-500:]
        for _ in range(20):
            probe()
        begun = cpu_seconds(pid)
        for _ in range(count):
            probe()
        return (cpu_seconds(pid) - begun) / count * 1e6, anonymous_kib(pid)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    reference = shutil.which("prometheus-blackbox-exporter") or harness.skip("no prometheus-blackbox-exporter")
    folder = tempfile.mkdtemp()
    os.makedirs(os.path.join(folder, "www"))
    authority = probe_certificates.Authority(folder)
    chain, key = authority.sign("good")
    blocks = {"plain": ("", "location / { return 200 ok; }"),
              "tls": ("ssl", f"ssl_certificate {chain}; ssl_certificate_key {key}; location / {{ return 200 ok; }}")}
    config = os.path.join(folder, "blackbox.yml")
    ip4 = "preferred_ip_protocol: ip4"
    tls = f"tls_config: {{ca_file: {authority.cert}}}"
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"modules:\n  http: {{prober: http, http: {{{ip4}}}}}\n  https: {{prober: http, http: {{{ip4}, {tls}}}}}\n"
                   f"  tcp: {{prober: tcp, tcp: {{{ip4}}}}}\n  tcp_tls: {{prober: tcp, tcp: {{{ip4}, tls: true, {tls}}}}}\n"
                   f"  dns: {{prober: dns, dns: {{{ip4}, query_name: example.test, query_type: SOA}}}}\n"
                   f"  icmp: {{prober: icmp, icmp: {{{ip4}}}}}\n")
    with contextlib.ExitStack() as stack:
        ports = stack.enter_context(probe_servers.nginx(folder, blocks))
        dns = stack.enter_context(probe_servers.knot(folder))
        targets = {"http": f"http://127.0.0.1:{ports['plain']}/", "https": f"https://localhost:{ports['tls']}/",
                   "tcp": f"127.0.0.1:{ports['plain']}", "tcp_tls": f"localhost:{ports['tls']}", "dns": f"127.0.0.1:{dns}",
                   "icmp": "127.0.0.1"}
        for module in sys.argv[2:] or targets:
            if module == "dns" and dns is None:
                continue
            ours = measure(harness.ours("sonde-blackbox-exporter"), config, module, targets[module], count)
            theirs = measure(reference, config, module, targets[module], count)
            print(f"{module}: {ours[0]:.0f} us and {ours[1]} KiB, the reference {theirs[0]:.0f} us and {theirs[1]} KiB: "
                  f"{theirs[0] / ours[0]:.1f} times the CPU, {theirs[1] / ours[1]:.1f} times the memory", flush=True)


main()
