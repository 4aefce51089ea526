"""Redis servers without persistence, and exporters beside them: alone, with ACL users, over TLS, in clusters, under Sentinels."""
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile

import harness

PASSWORD = "correct-horse#7"

# Rows of docs/differences.md: what the packaged reference is too old for.
NEWER = ("async_loading config_client_output_buffer_limit_bytes config_client_output_buffer_limit_overcome_seconds "
         "config_io_threads config_repl_backlog_size configured_hz current_eviction_exceeded_time_ms evicted_clients_total "
         "eviction_exceeded_time_ms_total expire_cycle_cpu_time_ms_total expired_time_cap_reached_total hz lazyfreed_objects "
         "max_clients mem_aof_buffer_bytes mem_cluster_links_bytes mem_replication_backlog_bytes "
         "mem_total_replication_buffers_bytes memory_used_functions_bytes memory_used_scripts_eval_bytes "
         "memory_used_vm_eval_bytes memory_used_vm_functions_bytes memory_used_vm_total net_repl_input_bytes_total "
         "net_repl_output_bytes_total number_of_functions number_of_libraries pubsubshard_channels rdb_last_load_expired_keys "
         "rdb_last_load_loaded_keys rdb_saves_total reply_buffer_expands_total reply_buffer_shrinks_total slave_info "
         "sentinel_master_config_epoch sentinel_master_last_ok_ping_reply_seconds sentinel_master_ckquorum_status "
         "sentinel_master_setting_.* sentinel_config_.* stream_entries_added_total stream_group_entries_read stream_group_lag "
         "stream_max_deleted_entry_id stream_first_entry_id stream_last_entry_id connected_client_.* connected_clients_details "
         "key_memory_usage_bytes script_.*").split()
# What differs by itself: who asked what before, and which connection is whose.
KNOWN = ["^redis_exporter_build_info$", "^redis_(commands|latency_percentiles)_", "^redis_errors_total$", "^redis_connected_client_"]


def reference():
    """The program to compare with and what is known to differ, or None. $REDIS_EXPORTER names another than the packaged one."""
    newest = os.environ.get("REDIS_EXPORTER")
    if newest:
        return newest, KNOWN
    packaged = shutil.which("prometheus-redis-exporter")
    if packaged is None:
        return None
    return packaged, KNOWN + ["^redis_instance_info$"] + [f"^redis_{name}$" for name in NEWER]


def words(*parts):
    """A command as the protocol has it."""
    return f"*{len(parts)}\r\n".encode() + b"".join(f"${len(p.encode())}\r\n{p}\r\n".encode() for p in parts)


def tell(port, *commands, password=PASSWORD):
    """Sends commands (lists of words) and gives all that came back."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), 5) as peer:
        for command in ((["AUTH", password],) if password else ()) + commands:
            peer.sendall(words(*command))
            said += peer.recv(65536)
    return said


def cli(*arguments):
    """What redis-cli says, with the password in its environment."""
    done = subprocess.run([harness.need("redis-cli"), *arguments], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "REDISCLI_AUTH": PASSWORD})
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def server_command(port, *flags):
    return [harness.need("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tempfile.mkdtemp(),
            "--requirepass", PASSWORD, "--masterauth", PASSWORD, *flags]


@contextlib.contextmanager
def server(*flags):
    port = harness.free_port()
    with harness.running(server_command(port, *flags)):
        harness.wait_for(lambda: b"PONG" in tell(port, ["PING"]), what="redis-server")
        yield port


class Certificates:
    """An authority, and a certificate of it for 127.0.0.1 and redis.test that servers and clients may both show."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.authority, self.certificate, self.key = (os.path.join(self.folder, name) for name in ("ca.pem", "cert.pem", "key.pem"))
        openssl = harness.need("openssl")
        ca_key, request, names = (os.path.join(self.folder, name) for name in ("ca.key", "request.pem", "names"))
        with open(names, "w", encoding="ascii") as file:
            file.write("subjectAltName=IP:127.0.0.1,DNS:redis.test\n")
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        for command in (["req", "-x509", *new_key, "-keyout", ca_key, "-out", self.authority, "-subj", "/CN=Test CA", "-days", "2"],
                        ["req", *new_key, "-keyout", self.key, "-out", request, "-subj", "/CN=redis"],
                        ["x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", ca_key, "-CAcreateserial", "-days", "2",
                         "-extfile", names, "-out", self.certificate]):
            subprocess.run([openssl, *command], check=True, capture_output=True, timeout=30)


@contextlib.contextmanager
def tls_server(certificates, *flags):
    """Gives its TLS port; clients have to show a certificate."""
    plain, secure = harness.free_port(), harness.free_port()
    with harness.running(server_command(plain, "--tls-port", str(secure), "--tls-cert-file", certificates.certificate,
                                        "--tls-key-file", certificates.key, "--tls-ca-cert-file", certificates.authority, *flags)):
        harness.wait_for(lambda: b"PONG" in tell(plain, ["PING"]), what="redis-server with TLS")
        yield secure


def cluster_ports(count):
    """Free ports whose ports of the cluster's bus, 10000 higher, are free too."""
    ports = []
    while len(ports) < count:
        port = harness.free_port()
        if port > 50000 or port in ports:
            port = 20000 + port % 20000
        with socket.socket() as low, socket.socket() as high:
            try:
                low.bind(("127.0.0.1", port))
                high.bind(("127.0.0.1", port + 10000))
            except OSError:
                continue
        if port not in ports:
            ports.append(port)
    return ports


@contextlib.contextmanager
def cluster():
    """Three masters with a replica each; gives the ports."""
    ports = cluster_ports(6)
    with contextlib.ExitStack() as stack:
        for port in ports:
            stack.enter_context(harness.running(server_command(port, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")))
        for port in ports:
            harness.wait_for(lambda at=port: b"PONG" in tell(at, ["PING"]), what=f"node {port}")
        cli("--cluster", "create", *(f"127.0.0.1:{port}" for port in ports), "--cluster-replicas", "1", "--cluster-yes")
        harness.wait_for(lambda: all(b"cluster_state:ok" in tell(port, ["CLUSTER", "INFO"]) for port in ports), 30, "the cluster")
        # Replicas that are in step answer INFO as replicas do.
        harness.wait_for(lambda: sum(b"master_link_status:up" in tell(port, ["INFO", "replication"]) for port in ports) == 3, 30,
                         "replicas")
        yield ports


@contextlib.contextmanager
def sentinels(master):
    """Three Sentinels that watch the server at this port; gives their ports."""
    ports = [harness.free_port() for _ in range(3)]
    with contextlib.ExitStack() as stack:
        for port in ports:
            folder = tempfile.mkdtemp()
            path = os.path.join(folder, "sentinel.conf")
            with open(path, "w", encoding="ascii") as file:
                file.write(f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor mymaster 127.0.0.1 {master} 2\n"
                           f'sentinel auth-pass mymaster "{PASSWORD}"\n')
            stack.enter_context(harness.running([harness.need("redis-server"), path, "--sentinel"]))
        for port in ports:
            harness.wait_for(lambda at=port: b"slaves=1,sentinels=3" in tell(at, ["INFO", "sentinel"], password=None), 30,
                             f"sentinel {port}")
        yield ports


@contextlib.contextmanager
def exporter(log, *flags, env=None, program=None):
    """Runs ours, or another program of the same flags; gives its base URL and process."""
    port = harness.free_port()
    command = [program or harness.ours("sonde-redis-exporter"), f"--web.listen-address=127.0.0.1:{port}", *flags]
    with harness.running(command, log=log, env=env) as process:
        base = f"http://127.0.0.1:{port}"
        harness.wait_http(base + "/")
        yield base, process
