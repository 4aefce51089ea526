"""The Redis exporter in six set-ups (alone, ACL user, TLS, replica, cluster, Sentinels), beside the reference exporter."""
import json
import os
import re
import tempfile

import harness
import lab
from expositions import check, differences, page

# Values that do not move by themselves.
STABLE = re.compile("^redis_(db_keys|key_|keys_|stream_(?!group_consumer_idle)|script_|number_of_distinct|config_|latency_spike|"
                    "sentinel_(?!master_last_ok)|cluster_(?!messages|stats)|slave_info|master_link)")


def check_beside(what, flags, env=None):
    """Ours has the reference's families, types, series and stable values; gives our page."""
    with lab.exporter(None, *flags, env=env) as (base, _):
        ours = page(base + "/metrics")
        check(ours.value("redis_up") == 1, f"{what}: the server is up")
        check(ours.value("redis_exporter_last_scrape_error", err="") == 0, f"{what}: nothing is left out")
    found = lab.reference()
    if found is None:
        print("note: no reference exporter here, not compared")
        return ours
    program, differing = found
    with lab.exporter(None, *flags, env=env, program=program) as (base, _):
        theirs = page(base + "/metrics")
    faults = differences(theirs, ours, differing)
    check(not faults, f"{what}: families, types and series are the reference's: " + "; ".join(faults))
    names = re.compile("|".join(differing))
    wrong = [(key, text, ours.samples[key]) for key, text in theirs.samples.items()
             if STABLE.search(key[0]) and not names.search(key[0]) and key in ours.samples
             and float(text) != float(ours.samples[key])]
    check(not wrong, f"{what}: stable values are the reference's: {wrong}")
    return ours


def fill(port):
    lab.tell(port, ["SET", "number", "3.5"], ["SET", "text", "hello \"world\""], ["RPUSH", "list", "1", "2"], ["SADD", "set", "a"],
             ["ZADD", "sorted", "1", "a"], ["HSET", "hash", "f", "v"], ["PFADD", "hll", "a", "b", "c"], ["SETRANGE", "long", "20000", "x"],
             ["XADD", "stream", "1-1", "a", "1"], ["XADD", "stream", "2-1", "a", "2"], ["XADD", "stream", "3-1", "a", "3"],
             ["XGROUP", "CREATE", "stream", "group", "0"], ["XREADGROUP", "GROUP", "group", "consumer", "COUNT", "2", "STREAMS", "stream", ">"],
             ["SELECT", "3"], ["SET", "user:1:a", "1"], ["SET", "user:2:b", "2"], ["SET", "session=2", "abc"])


def test_alone(folder):
    script = os.path.join(folder, "script.lua")
    with open(script, "w", encoding="ascii") as file:
        file.write("return {'one', '1', 'half', '0.5'}\n")
    with lab.server("--latency-monitor-threshold", "1") as port:
        fill(port)
        lab.tell(port, ["CONFIG", "SET", "slowlog-log-slower-than", "1000"], ["EVAL", "for i = 1, 5000000 do end", "0"],
                 ["CONFIG", "SET", "latency-monitor-threshold", "0"])  # A busy machine makes more of them.
        flags = [f"--redis.addr=redis://127.0.0.1:{port}", "--check-keys=[a-km-z]*,db3=user:*,missing", "--check-single-keys=number,db3=session%3D2",
                 "--check-streams=str*", "--check-single-streams=stream", "--count-keys=*,db3=user*,5=*",
                 "--check-key-groups=^(user):%d+:(.*),^(sess)", f"--script={script}", "--include-config-metrics",
                 "--include-system-metrics", "--export-client-list", "--export-client-port", "--ping-on-connect"]
        got = check_beside("alone", flags, {"REDIS_PASSWORD": lab.PASSWORD})
        check(got.value("redis_key_value", db="db0", key="number") == 3.5, "a number is a value")
        check(got.value("redis_key_value_as_string", db="db0", key="text", val="hello \\\"world\\\"") == 1, "a text is a label")
        check(got.value("redis_key_size", db="db0", key="hll") == 3, "a HyperLogLog has its cardinality")
        check(got.value("redis_keys_count", db="db3", key="user*") == 2, "keys are counted")
        check(got.value("redis_stream_group_consumer_messages_pending", db="db0", stream="stream", group="group", consumer="consumer") == 2,
              "consumers are shown")
        check(got.value("redis_key_group_count", db="db3", key_group="usera") == 1, "captures make the group")
        check(got.value("redis_script_values", key="half", filename=script) == 0.5, "a script's values are shown")
        check(got.value("redis_latency_spike_last", event_name="command") > 1e9, "latency spikes are shown")
        check(got.value("redis_slowlog_length") > 0, "the slow log is counted")
        check(not any(lab.PASSWORD in value for _, labels in got.samples for _, value in labels), "no password among the settings")
        check("WRONGTYPE" not in str(got.samples), "no command fails on the server")
        groups = [f"--redis.addr=redis://127.0.0.1:{port}", "--check-key-groups=^(.)", "--max-distinct-key-groups=2"]
        got = check_beside("many groups", groups, {"REDIS_PASSWORD": lab.PASSWORD})
        check(got.value("redis_key_group_count", db="db0", key_group="overflow") > 0, "more groups are one")
        test_requests(port)


def test_requests(port):
    """What a request asks for takes the place of the flags."""
    with lab.exporter(None, "--redis.addr=", "--check-keys=number", env={"REDIS_PASSWORD": lab.PASSWORD}) as (base, _):
        url = f"{base}/scrape?target=127.0.0.1:{port}"
        for query, name, labels in (("", "redis_key_size", {"db": "db0", "key": "number"}),
                                    ("&check-keys=li*", "redis_key_size", {"db": "db0", "key": "list"}),
                                    ("&check-single-keys=set", "redis_key_size", {"db": "db0", "key": "set"}),
                                    ("&check-streams=s*", "redis_stream_length", {"db": "db0", "stream": "stream"}),
                                    ("&check-single-streams=stream", "redis_stream_length", {"db": "db0", "stream": "stream"}),
                                    ("&count-keys=db3%3Duser*", "redis_keys_count", {"db": "db3", "key": "user*"})):
            check(page(url + query).value(name, **labels) is not None, f"/scrape with {query or 'nothing'} has {name}{labels}")
        check(page(url + "&check-keys=li*").value("redis_key_size", db="db0", key="number") is None, "the flag's keys are not looked at")
        status, _, body = harness.fetch(url + "&check-keys=a%3Db%3Dc")
        check(status == 400 and b"check-keys" in body, "a list that is none is 400 with its name")


def test_acl():
    rights = ["on", ">" + lab.PASSWORD, "~*", "+client|setname", "+ping", "+info", "+config|get", "+slowlog", "+latency", "+select", "+get",
              "+scan", "+type", "+strlen", "+llen", "+memory|usage"]
    with lab.server("--user", "scraper", *rights) as port:
        lab.tell(port, ["SET", "number", "3.5"], ["RPUSH", "list", "1"])
        flags = [f"--redis.addr=redis://127.0.0.1:{port}", "--redis.user=scraper", "--check-keys=*"]
        got = check_beside("ACL user", flags, {"REDIS_PASSWORD": lab.PASSWORD})
        check(got.value("redis_key_size", db="db0", key="list") == 1, "an ACL user sees what it may")
        with lab.exporter(None, *flags, env={"REDIS_PASSWORD": "wrong"}) as (base, _):
            got = page(base + "/metrics")
            check(got.value("redis_up") == 0 and "WRONGPASS" in str(got.samples), "a wrong password is redis_up 0 with its reason")


def test_tls():
    certificates = lab.Certificates()
    files = [f"--tls-ca-cert-file={certificates.authority}", f"--tls-client-cert-file={certificates.certificate}",
             f"--tls-client-key-file={certificates.key}"]
    env = {"REDIS_PASSWORD": lab.PASSWORD}
    with lab.tls_server(certificates) as port:
        address = f"--redis.addr=rediss://127.0.0.1:{port}"
        check_beside("TLS", [address, *files], env)

        def reason(*flags):
            with lab.exporter(None, *flags, env=env) as (base, _):
                got = page(base + "/metrics")
                errors = [dict(labels)["err"] for name, labels in got.samples if name == "redis_exporter_last_scrape_error"]
                return got.value("redis_up"), errors[0]

        check(reason(address, *files[:1])[0] == 0, "a server that wants a certificate is redis_up 0 without one")
        up, why = reason(address, *files[1:])
        check(up == 0 and "certificate" in why, f"an authority that is not known is redis_up 0: {why}")
        up, why = reason(address, *files, "--tls-server-name=other.test")
        check(up == 0 and "mismatch" in why, f"a certificate for another name is redis_up 0: {why}")
        check(reason(address, *files, "--tls-server-name=redis.test")[0] == 1, "the name of the flag is the one that counts")
        check(reason(address, *files[1:], "--skip-tls-verification")[0] == 1, "verification can be switched off")
        up, why = reason(f"--redis.addr=redis://127.0.0.1:{port}", *files)
        check(up == 0, f"plain text to a TLS port is redis_up 0: {why}")
        with lab.exporter(None, "--redis.addr=", *files, env=env) as (base, _):
            for name, up in (("redis.test", 1), ("other.test", 0)):
                for parameter in ("tls_server_name", "tls-server-name"):
                    got = page(f"{base}/scrape?target=valkeys://127.0.0.1:{port}&{parameter}={name}")
                    check(got.value("redis_up") == up, f"/scrape with {parameter}={name} is {up}")


def test_replica():
    env = {"REDIS_PASSWORD": lab.PASSWORD}
    with lab.server() as master, lab.server("--replicaof", "127.0.0.1", str(master)) as port:
        lab.tell(master, ["SET", "number", "3.5"])
        harness.wait_for(lambda: b"3.5" in lab.tell(port, ["GET", "number"]), what="the replica")
        flags = [f"--redis.addr=redis://127.0.0.1:{port}", "--check-keys=*", "--skip-checkkeys-for-role-master"]
        with lab.exporter(None, *flags, "--append-instance-role-label", env=env) as (base, _):
            got = page(base + "/metrics")
            check(got.value("redis_key_size", db="db0", key="number", instance_role="slave") == 3, "the role is a label")
            got = page(f"{base}/scrape?target=127.0.0.1:{master}")
            check(got.value("redis_up", instance_role="master") == 1 and "redis_key_size" not in got.names(), "a master's keys are left alone")
        got = check_beside("replica", flags[:2], env)
        check(got.value("redis_slave_info", master_host="127.0.0.1", master_port=str(master), read_only="1") == 1, "its master is shown")


def test_cluster():
    env = {"REDIS_PASSWORD": lab.PASSWORD}
    with lab.cluster() as ports:
        names = [f"key:{i}" for i in range(30)]
        for name in names:
            lab.cli("-c", "-p", str(ports[0]), "SET", name, "7")
        lab.cli("-c", "-p", str(ports[0]), "XADD", "events", "1-1", "a", "b")
        # The reference walks over the keys of one node, whichever it is.
        address = f"--redis.addr=redis://127.0.0.1:{ports[0]}"
        got = check_beside("cluster", [address, "--is-cluster", "--check-single-keys=" + ",".join(names)], env)
        check(all(got.value("redis_key_value", db="db0", key=name) == 7 for name in names), "keys of all nodes are seen from one")
        check(got.value("redis_cluster_state") == 1 and got.value("redis_cluster_known_nodes") == 6, "the cluster is well")
        more = ["--is-cluster", "--check-keys=key:1*", "--count-keys=key:*", "--check-key-groups=^(key)", "--check-streams=ev*"]
        with lab.exporter(None, f"--redis.addr=redis://127.0.0.1:{ports[5]}", *more, env=env) as (base, _):
            got = page(base + "/metrics")
            check(got.value("redis_keys_count", db="db0", key="key:*") == 30, "all keys of the cluster are counted, from a replica too")
            check(got.value("redis_key_group_count", db="db0", key_group="key") == 30, "and grouped")
            check(sum(name == "redis_key_value" for name, _ in got.samples) == 11, "patterns are looked for on all nodes")
            check(got.value("redis_stream_length", db="db0", stream="events") == 1, "streams too")
            status, headers, body = harness.fetch(base + "/discover-cluster-nodes")
            group = json.loads(body)[0]
            check(status == 200 and headers["Content-Type"] == "application/json" and group["labels"] == {}, "nodes are discovered as JSON")
            check(sorted(group["targets"]) == sorted(f"redis://127.0.0.1:{port}" for port in ports), "all six of them")
            check(all(page(f"{base}/scrape?target={target}").value("redis_up") == 1 for target in group["targets"]), "each can be scraped")
        with lab.exporter(None, address, env=env) as (base, _):
            check(harness.fetch(base + "/discover-cluster-nodes")[0] == 400, "without --is-cluster discovery is 400")
    with lab.exporter(None, address, "--is-cluster", env=env) as (base, _):
        status, _, body = harness.fetch(base + "/discover-cluster-nodes")
        check(status == 500 and b"refused" in body, "a cluster that is gone is 500 with its reason")


def test_sentinels():
    with lab.server() as master, lab.server("--replicaof", "127.0.0.1", str(master)), lab.sentinels(master) as ports:
        got = check_beside("Sentinel", [f"--redis.addr=redis://127.0.0.1:{ports[0]}"])
        where = {"master_name": "mymaster", "master_address": f"127.0.0.1:{master}"}
        check(got.value("redis_sentinel_master_ok_sentinels", **where) == 3, "three Sentinels are well")
        check(got.value("redis_sentinel_master_ok_slaves", **where) == 1, "and a replica")
        check(any(name == "redis_sentinel_master_ckquorum_status" for name, _ in got.samples), "the quorum is asked for")
        flags = [f"--redis.addr=redis://127.0.0.1:{ports[0]}", "--include-sentinel-peer-info", "--include-config-metrics"]
        with lab.exporter(None, *flags) as (base, _):
            got = page(base + "/metrics")
            check(sum(name == "redis_sentinel_peer_info" for name, _ in got.samples) == 2, "its peers are shown")
            check("redis_sentinel_config_key_value" in got.names(), "and its settings")


def main():
    test_alone(tempfile.mkdtemp())
    test_acl()
    test_tls()
    test_replica()
    test_cluster()
    test_sentinels()


if __name__ == "__main__":
    main()
