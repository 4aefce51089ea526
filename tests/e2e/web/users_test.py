"""Users, response headers and the rate limit of the web configuration, on the demo exporter."""
import shutil
import statistics

import harness
import lab


def status(port, user=None, password=lab.PASSWORD, path="/metrics"):
    headers = lab.authorization(user, password) if user else {}
    return harness.fetch(f"http://127.0.0.1:{port}{path}", headers=headers)[0]


def test_who_gets_in(folder):
    config = f"basic_auth_users:\n  alice: {lab.HASH}\n"
    with lab.exporter(folder, config) as (port, _):
        rows = [(None, "", 401), ("alice", lab.PASSWORD, 200), ("alice", "", 401), ("alice", lab.PASSWORD + "x", 401),
                ("bob", lab.PASSWORD, 401), ("", lab.PASSWORD, 401), ("alice", lab.PASSWORD, 200)]
        for user, password, wanted in rows:
            for path in ("/metrics", "/", "/-/healthy", "/absent"):
                got = status(port, user, password, path)
                lab.check(got == (404 if wanted == 200 and path == "/absent" else wanted), f"{user}:{password} {path}: {got}")
        for header in ("Basic", "Basic ", "Basic ====", "Bearer x", "Basic " + "A" * 8000, "Digest a=b"):
            got = harness.fetch(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": header})
            lab.check(got[0] == 401 and got[1].get("WWW-Authenticate") == "Basic", f"{header[:20]}: {got[0]}")


def test_users_follow_the_file(folder):
    hashes = {user: lab.bcrypt(f"{user}'s", 5) for user in ("alice", "bob")}
    with lab.exporter(folder, f"basic_auth_users: {{alice: {hashes['alice']}}}\n") as (port, _):
        lab.check(status(port, "alice", "alice's") == 200, "alice is let in")
        lab.write(folder, "web.yml", f"basic_auth_users: {{bob: {hashes['bob']}}}\n")
        lab.check(status(port, "alice", "alice's") == 401, "alice is out at once, although her password was remembered")
        lab.check(status(port, "bob", "bob's") == 200, "bob is in")
        lab.write(folder, "web.yml", "basic_auth_users: {bob: plain}\n")
        lab.check(status(port, "bob", "bob's") == 500, "nobody is served by a broken file")
        lab.write(folder, "web.yml", f"basic_auth_users: {{alice: {hashes['alice']}}}\n")
        lab.check(status(port, "alice", "alice's") == 200, "and it can be mended")


def test_refusals_cost_the_same(folder):
    """A dear hash, a cheap one and none at all: what a wrong password costs does not tell which it was."""
    config = f"basic_auth_users:\n  cheap: {lab.bcrypt('a', 5)}\n  dear: {lab.bcrypt('b', 10)}\n"
    count = 12
    with lab.exporter(folder, config) as (port, process):
        costs = {}
        for user in ("cheap", "dear", "nobody"):
            before = lab.cpu_seconds(process)
            for i in range(count):
                lab.check(status(port, user, f"wrong{i}") == 401, "a wrong password is refused")
            costs[user] = (lab.cpu_seconds(process) - before) / count
        middle = statistics.median(costs.values())
        for user, cost in costs.items():
            lab.check(abs(cost - middle) < 0.3 * middle, f"refusing {user} takes {cost:.4f} s of CPU, the middle is {middle:.4f}")
        before = lab.cpu_seconds(process)
        for _ in range(50):
            lab.check(status(port, "dear", "b") == 200, "the right password is taken")
        remembered = (lab.cpu_seconds(process) - before) / 50
        lab.check(remembered < middle / 5, f"a right password is remembered: {remembered:.4f} s of CPU per request")
    print("a refusal takes " + ", ".join(f"{user} {1000 * cost:.0f} ms" for user, cost in costs.items()) + " of CPU")


def test_headers(folder):
    config = """http_server_config:
  headers:
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: "1"
    Strict-Transport-Security: max-age=31536000; includeSubDomains
    Content-Security-Policy: default-src 'none'
"""
    with lab.exporter(folder, config) as (port, _):
        for path in ("/metrics", "/", "/absent"):
            headers = harness.fetch(f"http://127.0.0.1:{port}{path}")[1]
            lab.check(headers.get("X-Frame-Options") == "deny" and headers.get("X-XSS-Protection") == "1", f"{path}: {headers}")
            lab.check(headers.get("Content-Security-Policy") == "default-src 'none'", f"{path}: {headers}")
            lab.check(headers.get("Strict-Transport-Security", "").startswith("max-age"), f"{path}: {headers}")


def test_rate(folder):
    with lab.exporter(folder, "rate_limit: {interval: 1h, burst: 3}\n") as (port, _):
        lab.check([status(port) for _ in range(5)] == [200, 200, 200, 429, 429], "three and no more")
    with lab.exporter(folder, "rate_limit: {interval: 200ms, burst: 1}\n") as (port, _):
        lab.check(status(port) == 200, "the first is served")
        lab.check([status(port), status(port)].count(429) > 0, "more at once are not")
        harness.wait_for(lambda: status(port) == 200, 5, "a token after its interval")


def main():
    folder = lab.folder()
    test_who_gets_in(folder)
    test_users_follow_the_file(folder)
    test_refusals_cost_the_same(folder)
    test_headers(folder)
    test_rate(folder)
    shutil.rmtree(folder)


main()
