"""sondectl beside promtool: the same words on standard output and error, the same exit codes."""
import os
import shutil
import subprocess

import harness
import lab

PAGES = [b"a 1\n# TYPE x_total gauge\nx_total 2\n", b"# HELP good_total Good.\n# TYPE good_total counter\ngood_total 1\n", b"a{ 1\n"]


def run(program, *arguments, stdin=b""):
    out = subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=60)
    return out.returncode, out.stdout.decode(), out.stderr.decode()


def check_like_promtool(sondectl, promtool, url, at):
    """Verbs whose output must be the same text."""
    for arguments in (
            ["query", "instant", url, "load", "--time", at], ["query", "instant", url, "1+1", f"--time={at}"],
            ["query", "instant", "-o", "json", url, "load", "--time", at],
            ["query", "instant", url, "load[3s]", "--time", at], ["query", "instant", url, "nothing", "--time", at],
            ["query", "instant", url, "load{"], ["query", "instant", "http://127.0.0.1:1", "up"],
            ["query", "range", url, "load", "--start", str(int(at) - 2), "--end", at, "--step", "1s"],
            ["query", "range", "-o", "json", url, "load", "--start", str(int(at) - 2), "--end", at, "--step", "1s"],
            ["query", "series", url, "--match", "load"], ["query", "series", "-o", "json", url, "--match=load"],
            ["query", "labels", url, "job"], ["query", "labels", "-o", "json", url, "job"]):
        ours, theirs = run(sondectl, *arguments), run(promtool, *arguments)
        assert ours == theirs, (arguments, ours, theirs)
    for arguments in (["query", "instant", url], ["query", "nope"], ["query", "instant", "--nope", url, "x"]):
        ours, theirs = run(sondectl, *arguments), run(promtool, *arguments)
        assert ours[0] == theirs[0] and ours[1] == theirs[1] == "", (arguments, ours, theirs)
    for page in PAGES:
        ours, theirs = run(sondectl, "check", "metrics", stdin=page), run(promtool, "check", "metrics", stdin=page)
        assert ours[0] == theirs[0], (page, ours, theirs)
        if theirs[0] == 3:
            assert ours == theirs, (page, ours, theirs)


def check_backfill(sondectl, folder):
    text = os.path.join(folder, "history.om")
    with open(text, "w") as file:
        file.write("# TYPE old gauge\n")
        for minute in range(600):
            file.write(f'old{{job="history"}} {minute} {1700000000 + 60 * minute}\n')
        file.write("# EOF\n")
    scraper = lab.Scraper(harness.ours("sonde-scraper"), folder, {}, "--storage.tsdb.retention.time=100y")
    code, out, error = run(sondectl, "tsdb", "create-blocks-from", "openmetrics", text, os.path.join(folder, "data"))
    assert code == 0 and out.startswith("BLOCK"), (code, out, error)
    assert sum(int(line.split()[4]) for line in out.splitlines()[1:]) == 600, out
    with scraper.run():
        assert scraper.value("count_over_time(old[600m])", time="1700035940") == 600
        assert scraper.value("sum_over_time(old[600m])", time="1700035940") == sum(range(600))
    with open(text, "w") as file:
        file.write("a 1\n# EOF\n")
    code, out, error = run(sondectl, "tsdb", "create-blocks-from", "openmetrics", text, folder)
    assert code == 1 and "expected timestamp" in error, (code, out, error)


def check_data_folder(sondectl, promtool, scraper, folder):
    """What the verbs for a data folder say of history that was put in, also by the reference's tool."""
    text = os.path.join(folder, "history.om")
    data = os.path.join(folder, "copy")
    with open(text, "w") as file:
        for name in ("old", "new"):
            file.write(f"# TYPE {name} gauge\n")
            for minute in range(300):
                file.write(f'{name}{{job="a\\"b\\\\c",x="é"}} {minute * 0.37} {1700000000 + 60 * minute}\n')
        file.write("# EOF\n")
    assert run(sondectl, "tsdb", "create-blocks-from", "openmetrics", text, data)[0] == 0
    code, out, error = run(sondectl, "tsdb", "list", data)
    assert code == 0 and sum(int(line.split()[4]) for line in out.splitlines()[1:]) == 600, (code, out, error)
    code, out, error = run(sondectl, "tsdb", "analyze", data)
    assert code == 0 and "Total Series: 2\n" in out and "1 __name__=old\n" in out, (code, out, error)
    code, dumped, error = run(sondectl, "tsdb", "dump", data)
    assert code == 0 and dumped.count("\n") == 600, (code, dumped[:300], error)
    if promtool:
        reference = os.path.join(folder, "reference")
        os.makedirs(os.path.join(reference, "wal"))
        assert run(promtool, "tsdb", "create-blocks-from", "openmetrics", text, reference)[0] == 0
        assert run(promtool, "tsdb", "dump", reference)[1] == dumped
    # The text that comes out goes in again.
    code, again, error = run(sondectl, "tsdb", "dump-openmetrics", data, "--match", "old", "--max-time=1700000060000")
    assert (code, again.count("\n")) == (0, 3) and again.endswith("# EOF\n"), (code, again[:300], error)
    with open(text, "w") as file:
        file.write(run(sondectl, "tsdb", "dump-openmetrics", data)[1])
    second = os.path.join(folder, "second")
    assert run(sondectl, "tsdb", "create-blocks-from", "openmetrics", text, second)[0] == 0
    assert run(sondectl, "tsdb", "dump", second)[1] == dumped
    check_damage(sondectl, data)
    code, out, error = run(sondectl, "tsdb", "list", folder + "/none")
    assert code == 1 and "none/blocks" in error and "--storage.tsdb.path" in error, (code, out, error)
    with scraper.run():
        code, out, error = run(sondectl, "tsdb", "dump", os.path.join(scraper.folder, "data"))
        assert code == 1 and "process" in error and "snapshot" in error, (code, out, error)
        assert run(sondectl, "tsdb", "verify", os.path.join(scraper.folder, "data"))[0] == 0


def check_damage(sondectl, data):
    code, out, error = run(sondectl, "tsdb", "verify", data)
    assert code == 0 and out.count(": good") == len(os.listdir(data + "/blocks")) and "DAMAGED" not in out, (code, out, error)
    name = sorted(os.listdir(data + "/blocks"))[0]
    with open(f"{data}/blocks/{name}", "r+b") as file:
        file.seek(os.path.getsize(file.name) // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 255]))
    code, out, error = run(sondectl, "tsdb", "verify", data)
    assert code == 1 and f"{name}: DAMAGED" in out and out.count("DAMAGED") == 1, (code, out, error)
    code, out, error = run(sondectl, "tsdb", "verify", data, "--quarantine")
    assert code == 1 and f"moved to {data}/quarantine/{name}" in out, (code, out, error)
    assert run(sondectl, "tsdb", "verify", data)[0] == 0


def main():
    sondectl = harness.ours("sondectl")
    target = lab.Target()
    with lab.folder() as folder, lab.folder() as second:
        scraper = lab.Scraper(harness.ours("sonde-scraper"), folder, {"known": [target.address]})
        with scraper.run():
            scraper.wait_for_up("known")
            harness.wait_for(lambda: scraper.value("count_over_time(load[1m])") > 3, what="four scrapes")
            at = str(int(scraper.value("timestamp(load)")))
            promtool = shutil.which("promtool")
            if promtool:
                check_like_promtool(sondectl, promtool, scraper.url, at)
            else:
                print("promtool is not installed: nothing is compared with it")
            assert run(sondectl, "check", "ready", "--url", scraper.url)[0] == 0
            assert run(sondectl, "check", "healthy", f"--url={scraper.url}")[0] == 0
        assert run(sondectl, "check", "ready", "--url", scraper.url)[0] == 1
        check_data_folder(sondectl, shutil.which("promtool"), scraper, second)
    with lab.folder() as folder:
        check_backfill(sondectl, folder)


main()
