"""Gateways, ours and the reference's."""
import contextlib

import harness


@contextlib.contextmanager
def gateway(*flags, program=None, log=None, probe="/-/ready"):
    """Runs ours, or another program of the same flags; gives its base URL and process."""
    port = harness.free_port()
    command = [program or harness.ours("sonde-pushgateway"), f"--web.listen-address=127.0.0.1:{port}", *flags]
    with harness.running(command, log=log) as process:
        base = f"http://127.0.0.1:{port}"
        harness.wait_for(lambda: harness.fetch(base + probe, timeout=2)[0] == 200, what="the gateway")
        yield base, process
