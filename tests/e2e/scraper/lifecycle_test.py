"""Start, reload, stop and crash: exit codes and messages, a broken file keeps the old configuration, data outlives kill -9."""
import base64
import os
import signal
import subprocess
import time

import harness
import lab

BINARY = harness.ours("sonde-scraper")


def refused(*arguments):
    """(exit code, output) of a start that must fail."""
    out = subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20)
    return out.returncode, out.stdout


def check_bad_starts(folder, running):
    code, text = refused("--no-such-flag")
    assert code == 2 and "unknown flag '--no-such-flag'" in text, (code, text)
    code, text = refused("--log.level=loud")
    assert code == 2 and "loud" in text, (code, text)
    bad = os.path.join(folder, "bad.yml")
    with open(bad, "w") as file:
        file.write("global:\n  scrape_intervall: 1s\n")
    code, text = refused("--config.file=" + bad)
    assert code == 2 and "bad.yml" in text and "scrape_intervall" in text and "line 2" in text, (code, text)
    code, text = refused("--config.file=" + os.path.join(folder, "none.yml"))
    assert code == 2 and "none.yml" in text, (code, text)
    code, text = refused("--config.file=" + running.config, "--storage.tsdb.path=" + os.path.join(folder, "other"),
                         f"--web.listen-address=127.0.0.1:{running.port}")
    assert code == 1 and str(running.port) in text and "in use" in text, (code, text)
    code, text = refused("--config.file=" + running.config, "--storage.tsdb.path=" + os.path.join(folder, "data"),
                         f"--web.listen-address=127.0.0.1:{harness.free_port()}")
    assert code == 1 and "lock" in text.lower(), (code, text)


def check_reload(scraper, process, target):
    reload_url = scraper.url + "/-/reload"
    assert harness.fetch(reload_url)[0] == 405
    with open(scraper.config) as file:
        good = file.read()
    with open(scraper.config, "w") as file:
        file.write("scrape_configs:\n- nonsense: 1\n")
    status, _, body = harness.fetch(reload_url, method="POST")
    assert status == 500 and b"prometheus.yml: line 2" in body, (status, body)
    harness.wait_for(lambda: b"prometheus_config_last_reload_successful 0" in harness.fetch(scraper.url + "/metrics")[2])
    assert [t["labels"]["job"] for t in scraper.ask("targets")[1]["data"]["activeTargets"]] == ["known"]
    process.send_signal(signal.SIGHUP)
    harness.wait_for(lambda: scraper.log_text().count("cannot load the configuration") == 2, what="the second failure")
    with open(scraper.config, "w") as file:
        file.write(good)
    assert harness.fetch(reload_url, method="PUT")[0] == 200
    assert b"prometheus_config_last_reload_successful 1" in harness.fetch(scraper.url + "/metrics")[2]

    scraper.write_config({"renamed": [target.address]})
    process.send_signal(signal.SIGHUP)
    scraper.wait_for_up("renamed")
    harness.wait_for(lambda: scraper.value("up{job='known'}") is None, what="the removed job to be stale")


def check_crash(scraper, process):
    before = scraper.value("count_over_time(up{job='renamed'}[1h])")
    time.sleep(1.5)  # What was answered is on its way to the kernel within 200 ms.
    process.kill()
    process.wait()
    with scraper.run():
        after = scraper.value("count_over_time(up{job='renamed'}[1h])")
        assert after >= before, (before, after)
        scraper.wait_for_up("renamed")


def check_quit(folder):
    scraper = lab.Scraper(BINARY, folder, {}, "--web.enable-lifecycle", "--web.route-prefix=/prom")
    scraper.url += "/prom"
    with scraper.run() as process:
        assert harness.fetch(scraper.url + "/api/v1/status/buildinfo")[0] == 200
        assert harness.fetch(scraper.url + "/-/quit", method="POST")[0] == 200
        assert process.wait(10) == 0


def check_web_config(folder):
    web = os.path.join(folder, "web.yml")
    with open(web, "w") as file:  # The password is "test".
        file.write("basic_auth_users: {me: $2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay}\n")
    scraper = lab.Scraper(BINARY, folder, {}, "--web.config.file=" + web)
    with harness.running(scraper.command, log=scraper.log):
        url = scraper.url + "/api/v1/query?query=1"
        harness.wait_for(lambda: harness.fetch(url)[0] == 401, what="a refusal")
        basic = "Basic " + base64.b64encode(b"me:test").decode()
        assert harness.fetch(url, headers={"Authorization": basic})[0] == 200
    with open(web, "w") as file:
        file.write("basic_auth_userz: {}\n")
    code, text = refused("--config.file=" + scraper.config, "--web.config.file=" + web,
                         "--storage.tsdb.path=" + os.path.join(folder, "data"), "--web.listen-address=127.0.0.1:0")
    assert code == 1 and "basic_auth_userz" in text, (code, text)


def main():
    target = lab.Target()
    with lab.folder() as folder, lab.folder() as second:
        scraper = lab.Scraper(BINARY, folder, {"known": [target.address]}, "--web.enable-lifecycle")
        with scraper.run() as process:
            scraper.wait_for_up("known")
            check_bad_starts(folder, scraper)
            check_reload(scraper, process, target)
            check_crash(scraper, process)
        check_quit(second)
        check_web_config(second)


main()
