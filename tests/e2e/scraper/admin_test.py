"""Deletions and snapshots by the admin API, ours and the reference's side by side: the same answers, and the same samples left."""
import json
import os
import time

import harness
import lab

FLAGS = ("--web.enable-admin-api",)


def post(scraper, path):
    status, _, body = harness.fetch(scraper.url + "/api/v1/admin/tsdb/" + path, method="POST")
    return status, body


def counts(scraper, at):
    """How many samples of each series there are up to a time."""
    result = scraper.ask("query", query='{job="known"}[1h]', time=at)[1]["data"]["result"]
    return {tuple(sorted(series["metric"].items())): len(series["values"]) for series in result}


def delete_in_the_middle(scraper, start, end):
    before = counts(scraper, end + 3)
    status, body = post(scraper, f"delete_series?match[]=requests_total&start={start}&end={end}")
    assert (status, body) == (204, b""), (status, body)
    after = counts(scraper, end + 3)
    lost = {key: before[key] - after[key] for key in before}
    assert {dict(key)["__name__"] for key, value in lost.items() if value} == {"requests_total"}, lost
    assert post(scraper, "clean_tombstones") == (204, b"")
    assert counts(scraper, end + 3) == after
    return {dict(key).get("code"): value for key, value in lost.items() if value}


def check_series_goes_and_comes_back(scraper):
    """A deletion concerns what there is: what is scraped later is there."""
    assert post(scraper, "delete_series?match[]=load")[0] == 204
    deleted_at = time.time()
    harness.wait_for(lambda: (scraper.value("count_over_time(load[1h])") or 0) >= 2, what="new samples of load")
    assert scraper.value("count_over_time(load[1h])") <= time.time() - deleted_at + 2


def check_snapshot(scraper, folder, binary):
    status, answer = post(scraper, "snapshot")
    assert status == 200, answer
    name = json.loads(answer)["data"]["name"]
    snapshot = os.path.join(scraper.folder, "data", "snapshots", name)
    at = time.time() - 2
    wanted = counts(scraper, at)
    os.makedirs(folder)
    os.rename(snapshot, os.path.join(folder, "data"))
    restored = lab.Scraper(binary, folder, {"nothing": []}, *FLAGS)
    with restored.run():
        assert counts(restored, at) == wanted, (counts(restored, at), wanted)


def check_refusals(scraper):
    status, body = post(scraper, "delete_series")
    assert status == 400 and b"no match[] parameter provided" in body, (status, body)
    status, body = post(scraper, "delete_series?match[]=up%7B")
    assert status == 400, (status, body)
    status, body = post(scraper, "snapshot?skip_head=maybe")
    assert status == 400, (status, body)
    assert harness.fetch(scraper.url + "/api/v1/admin/tsdb/snapshot")[0] == 405


def main():
    target = lab.Target()
    with lab.folder() as folder:
        binaries = {"ours": harness.ours("sonde-scraper"), "reference": harness.need("prometheus")}
        scrapers = {}
        for name, binary in binaries.items():
            os.makedirs(os.path.join(folder, name))
            scrapers[name] = lab.Scraper(binary, os.path.join(folder, name), {"known": [target.address]}, *FLAGS)
        with scrapers["ours"].run(), scrapers["reference"].run():
            for scraper in scrapers.values():
                scraper.wait_for_up("known")
            begin = time.time()
            harness.wait_for(lambda: time.time() > begin + 9, what="nine scrapes")
            lost = {name: delete_in_the_middle(s, begin + 2, begin + 5) for name, s in scrapers.items()}
            # Scrapes are spread, so that the range holds three or four of either.
            assert lost["ours"].keys() == lost["reference"].keys() == {"200", "500"}, lost
            assert all(3 <= value <= 4 for side in lost.values() for value in side.values()), lost
            for scraper in scrapers.values():
                check_series_goes_and_comes_back(scraper)
                check_refusals(scraper)
            for name, binary in binaries.items():
                check_snapshot(scrapers[name], os.path.join(folder, name + "-restored"), binary)
    print("admin: deletions, clean-up and snapshots as the reference's")


main()
