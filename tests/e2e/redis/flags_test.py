"""Flags and variables of the Redis exporter: every twin, its own users and TLS, and what counts among the metrics."""
import base64
import re
import ssl
import subprocess
import tempfile
import urllib.request

import harness
import lab
from expositions import check, page

# Every flag of redis_exporter, the variable that sets it, and a value that is not the default.
TWINS = """
redis.addr REDIS_ADDR redis://127.0.0.1:1
redis.user REDIS_USER somebody
redis.password-file REDIS_PASSWORD_FILE @{passwords}
connection-timeout REDIS_EXPORTER_CONNECTION_TIMEOUT 3s
set-client-name REDIS_EXPORTER_SET_CLIENT_NAME false
ping-on-connect REDIS_EXPORTER_PING_ON_CONNECT true
config-command REDIS_EXPORTER_CONFIG_COMMAND -
namespace REDIS_EXPORTER_NAMESPACE cache
web.telemetry-path REDIS_EXPORTER_WEB_TELEMETRY_PATH /other
check-keys REDIS_EXPORTER_CHECK_KEYS a*
check-single-keys REDIS_EXPORTER_CHECK_SINGLE_KEYS a
check-streams REDIS_EXPORTER_CHECK_STREAMS s*
check-single-streams REDIS_EXPORTER_CHECK_SINGLE_STREAMS s
streams-exclude-consumer-metrics REDIS_EXPORTER_STREAMS_EXCLUDE_CONSUMER_METRICS true
check-keys-batch-size REDIS_EXPORTER_CHECK_KEYS_BATCH_SIZE 77
count-keys REDIS_EXPORTER_COUNT_KEYS c*
check-key-groups REDIS_EXPORTER_CHECK_KEY_GROUPS ^(g)
max-distinct-key-groups REDIS_EXPORTER_MAX_DISTINCT_KEY_GROUPS 7
disable-exporting-key-values REDIS_EXPORTER_DISABLE_EXPORTING_KEY_VALUES true
skip-checkkeys-for-role-master REDIS_EXPORTER_SKIP_CHECKKEYS_FOR_ROLE_MASTER true
script REDIS_EXPORTER_SCRIPT @{script}
lua-script-read-only REDIS_EXPORTER_LUA_SCRIPT_READ_ONLY true
include-config-metrics REDIS_EXPORTER_INCL_CONFIG_METRICS true
redact-config-metrics REDIS_EXPORTER_REDACT_CONFIG_METRICS false
include-system-metrics REDIS_EXPORTER_INCL_SYSTEM_METRICS true
include-rdb-file-size-metric REDIS_EXPORTER_INCL_RDB_FILE_SIZE_METRIC true
include-modules-metrics REDIS_EXPORTER_INCL_MODULES_METRICS true
include-search-indexes-metrics REDIS_EXPORTER_INCL_SEARCH_INDEXES_METRICS true
check-search-indexes REDIS_EXPORTER_CHECK_SEARCH_INDEXES ^idx
include-sentinel-peer-info REDIS_EXPORTER_INCL_SENTINEL_PEER_INFO true
exclude-latency-histogram-metrics REDIS_EXPORTER_EXCLUDE_LATENCY_HISTOGRAM_METRICS true
export-client-list REDIS_EXPORTER_EXPORT_CLIENT_LIST true
export-client-port REDIS_EXPORTER_EXPORT_CLIENT_PORT true
is-cluster REDIS_EXPORTER_IS_CLUSTER true
cluster-discover-hostnames REDIS_EXPORTER_CLUSTER_DISCOVER_HOSTNAMES true
is-tile38 REDIS_EXPORTER_IS_TILE38 true
include-metrics-for-empty-databases REDIS_EXPORTER_INCL_METRICS_FOR_EMPTY_DATABASES false
append-instance-role-label REDIS_EXPORTER_APPEND_INSTANCE_ROLE_LABEL true
redis-only-metrics REDIS_EXPORTER_REDIS_ONLY_METRICS true
disable-scrape-endpoint REDIS_EXPORTER_DISABLE_SCRAPE_ENDPOINT true
tls-client-cert-file REDIS_EXPORTER_TLS_CLIENT_CERT_FILE @{certificate}
tls-client-key-file REDIS_EXPORTER_TLS_CLIENT_KEY_FILE @{key}
tls-ca-cert-file REDIS_EXPORTER_TLS_CA_CERT_FILE @{authority}
tls-server-name REDIS_EXPORTER_TLS_SERVER_NAME redis.test
skip-tls-verification REDIS_EXPORTER_SKIP_TLS_VERIFICATION true
tls-server-min-version REDIS_EXPORTER_TLS_SERVER_MIN_VERSION TLS1.3
log-level REDIS_EXPORTER_LOG_LEVEL WARN
log-format REDIS_EXPORTER_LOG_FORMAT json
debug REDIS_EXPORTER_DEBUG true
"""


def flags_in_effect(base):
    """Flag → value, of the page that shows them."""
    body = harness.fetch(base + "/debug/status")[2].decode()
    return dict(re.findall(r"^\s*--([\w.-]+)[ =]+(.*?)\s*$", body, re.MULTILINE)), body


def test_twins(folder, files):
    rows = []
    for line in TWINS.strip().splitlines():
        flag, variable, value = line.split(" ")
        rows.append((flag, variable, files[value[2:-1]] if value.startswith("@{") else value))
    by_variable = {variable: value for _, variable, value in rows}
    with lab.exporter(None, env=by_variable) as (base, _):
        shown, body = flags_in_effect(base)
        wrong = [(flag, value, shown.get(flag)) for flag, _, value in rows if shown.get(flag) != value]
        check(not wrong, f"{len(rows)} variables set their flags: {wrong} {body[:300] if wrong else ''}")
        check(harness.fetch(base + "/other")[0] == 200, "the path of the variable is served")
    with lab.exporter(None, "--namespace=flag", "--redis.addr=redis://127.0.0.1:2", env={**by_variable, "REDIS_EXPORTER_WEB_TELEMETRY_PATH": ""}) as (base, _):
        check(flags_in_effect(base)[0]["namespace"] == "flag", "a flag counts before its variable")
        got = page(base + "/metrics")
        check(not any(name.startswith(("process_", "promhttp_", "redis_", "flag_exporter_build")) for name in got.names()),
              "with --redis-only-metrics the page is the server's alone, in its namespace")
    with lab.exporter(None, env={"REDIS_ADDR": ""}) as (base, _):
        check("redis_up" not in page(base + "/metrics").names(), "an empty REDIS_ADDR has no server of its own")
    port = harness.free_port()
    with harness.running([harness.ours("sonde-redis-exporter")], env={"REDIS_EXPORTER_WEB_LISTEN_ADDRESS": f"127.0.0.1:{port}"}):
        harness.wait_http(f"http://127.0.0.1:{port}/")
        print("ok: the address of the variable is listened on")


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_users(folder):
    for flags, env in ((["--basic-auth-username=admin"], {"REDIS_EXPORTER_BASIC_AUTH_PASSWORD": "U*U"}),
                       (["--basic-auth-username=admin",
                         "--basic-auth-hash-password=$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"], None)):
        with lab.exporter(None, "--redis.addr=", *flags, env=env) as (base, _):
            for path in ("/", "/metrics", "/health", "/scrape", "/-/reload", "/nowhere"):
                status, headers, _ = harness.fetch(base + path)
                check(status == 401 and headers["WWW-Authenticate"].startswith("Basic"), f"{path} wants a password")
            check(harness.fetch(base + "/metrics", headers=basic("admin", "U*U"))[0] == 200, "the right one opens it")
            for user, password in (("admin", "U*V"), ("other", "U*U"), ("", "")):
                check(harness.fetch(base + "/metrics", headers=basic(user, password))[0] == 401, f"{user!r} with {password!r} is refused")

    def refused(part, *flags):
        done = subprocess.run([harness.ours("sonde-redis-exporter"), "--web.listen-address=127.0.0.1:0", *flags], capture_output=True,
                              text=True, timeout=10)
        check(done.returncode == 1 and part in done.stderr, f"{flags} is refused with {part!r}")

    refused("cannot set both", "--basic-auth-username=a", "--basic-auth-password=b", "--basic-auth-hash-password=c")
    refused("wants --basic-auth-password", "--basic-auth-username=a")
    refused("both or neither", "--tls-server-cert-file=a")
    config = f"{folder}/web.yml"
    with open(config, "w", encoding="ascii"):
        pass
    refused("--web.config.file", f"--web.config.file={config}", "--basic-auth-username=a", "--basic-auth-password=b")


def test_https(files):
    flags = ["--redis.addr=", f"--tls-server-cert-file={files['certificate']}", f"--tls-server-key-file={files['key']}"]
    for more, shows, good in (([], False, True), ([f"--tls-server-ca-cert-file={files['authority']}"], True, True),
                              ([f"--tls-server-ca-cert-file={files['authority']}"], False, False)):
        port = harness.free_port()
        context = ssl.create_default_context(cafile=files["authority"])
        if shows:
            context.load_cert_chain(files["certificate"], files["key"])

        def fetch(at=port, by=context):
            with urllib.request.urlopen(f"https://127.0.0.1:{at}/health", context=by, timeout=5) as answer:
                return answer.status == 200

        with harness.running([harness.ours("sonde-redis-exporter"), f"--web.listen-address=127.0.0.1:{port}", *flags, *more]):
            if good:
                check(harness.wait_for(fetch), f"HTTPS with {len(more)} authorities")
                continue
            harness.wait_for(lambda at=port: harness.socket.create_connection(("127.0.0.1", at), 1), what="the listener")
            try:
                check(not fetch(), "unreachable")
            except (ssl.SSLError, OSError) as error:
                print(f"ok: a client without a certificate is refused: {type(error).__name__}")


def main():
    folder = tempfile.mkdtemp()
    certificates = lab.Certificates()
    files = {"certificate": certificates.certificate, "key": certificates.key, "authority": certificates.authority,
             "passwords": f"{folder}/passwords.json", "script": f"{folder}/script.lua"}
    for name, text in (("passwords", "{}"), ("script", "return {}")):
        with open(files[name], "w", encoding="ascii") as file:
            file.write(text)
    test_twins(folder, files)
    test_users(folder)
    test_https(files)


main()
