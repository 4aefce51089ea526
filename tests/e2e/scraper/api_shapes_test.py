"""Requests to our API and to the reference's, both scraping one target: the same status, the same keys, the same types."""
import json

import harness
import lab

# Keys that one side has and the other has not, and why that is right.
ONLY_OURS = {
    "droppedTargetCounts",  # newer than the reference at hand, as are the next ones
    "scrapePool", "hostname", "serverTime", "GOMEMLIMIT", "samplesRead", "warnings", "infos",
    "__scrape_native_histograms__", "__always_scrape_classic_histograms__", "__convert_classic_histograms_to_nhcb__",
}

REQUESTS = [
    "query?query=up", "query?query=load", "query?query=1%2B1", "query?query=%22a%22", "query?query=load[3s]",
    "query?query=nothing", "query?query=load&time=1", "query?query=load&stats=all", "query?query=1/0", "query?query=-1/0",
    "query?query=0/0", "query?query=vector(1e21)", "query?query=vector(1e-7)", "query?query=vector(100000)",
    "query?query=load%20offset%20-5m", "query?query=sum_over_time(load[2s:1s])&time={end}", "query?query=load%20@%20end()",
    "query", "query?query=", "query?query=up%7B", "query?query=up&time=x", "query?query=up&timeout=x",
    "query?query=%7B__name__%3D~%22.*%22%7D", "query?query=foo(1)", "query?query=up%20*%20on()%20%7Bjob%3D%22known%22%7D",
    "query?query=label_replace(up,%22a%22,%22b%22,%22c%22,%22(%22)",
    "query?query=up&timeout=0", "query_range?query=up", "query_range?query=load&start={start}&end={end}&step=1",
    "query_range?query=1&start=1&end=3&step=1", "query_range?query=load&start=2&end=1&step=1",
    "query_range?query=load&start=1&end=2&step=0", "query_range?query=load&start=1&end=2&step=-1",
    "query_range?query=load&start=1&end=2&step=x", "query_range?query=load&start=x&end=2&step=1",
    "query_range?query=load&start=1&end=11002&step=1", "query_range?query=load&start=1&end=11001&step=1",
    "query_range?query=%22a%22&start=1&end=2&step=1", "query_range?query=load[1m]&start=1&end=2&step=1",
    "query_exemplars?query=load&start={start}&end={end}", "query_exemplars?query=up%7B&start=1&end=2",
    "format_query?query=up%7Bx%3D%22y%22%7D%2B1", "format_query?query=%2B",
    "labels", "labels?match[]=load", "labels?match[]=%7B%7D", "labels?match[]=up%7B", "labels?start=x", "labels?end=x",
    "label/job/values", "label/job/values?match[]=load", "label/nothing/values", "label/job/values?start=x",
    "label/__name__/values", "series", "series?match[]=load", "series?match[]=nothing", "series?match[]=%7B%7D",
    "series?match[]=load&match[]=up", "series?match[]=load&start={start}&end={end}", "series?match[]=load&start=x",
    "targets", "targets?state=active", "targets?state=dropped", "targets?state=foo",
    "targets/metadata", "targets/metadata?metric=load", "targets/metadata?metric=nope", "targets/metadata?limit=x",
    "targets/metadata?match_target=%7B", "targets/metadata?match_target=%7Bjob%3D%22nope%22%7D",
    "metadata?metric=load", "metadata?metric=nope", "metadata?limit=x", "metadata?metric=load&limit=1",
    "rules", "rules?type=alert", "rules?type=x", "alerts", "alertmanagers",
    "status/config", "status/flags", "status/runtimeinfo", "status/buildinfo", "status/walreplay", "status/tsdb",
    "nope", "admin/tsdb/snapshot",
]

POSTS = [
    ("query", "query=load"), ("query_range", "query=load&start={start}&end={end}&step=1"), ("labels", "match[]=load"),
    ("series", "match[]=load"), ("query_exemplars", "query=load&start=1&end=2"), ("admin/tsdb/snapshot", "x=y"),
    ("admin/tsdb/delete_series", "match[]=load"), ("admin/tsdb/clean_tombstones", "x=y"), ("label/job/values", "x=y"),
]

# Answers whose whole content must be equal and not only its shape.
EQUAL = ("query?query=1", "query?query=-1", "query?query=0", "query?query=vector", "query?query=%22", "query?query=nothing",
         "query_range?query=1", "format_query", "labels", "label/", "series", "rules", "alerts", "alertmanagers",
         "query_exemplars")


def shape(value):
    """Keys and types, without what the reference at hand does not know yet."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in ONLY_OURS}
    if isinstance(value, list):
        return [shape(value[0])] if value and not isinstance(value[0], (int, float)) else [shape(v) for v in value]
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def without_times(value):
    """Evaluation times depend on when we asked."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], (int, float)) and isinstance(value[1], str):
        return [0, value[1]]
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return {k: without_times(v) for k, v in value.items()} if isinstance(value, dict) else value


def decode(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


def differences(request, ours, theirs):
    (our_status, our_headers, our_body), (their_status, their_headers, their_body) = ours, theirs
    if our_status != their_status:
        yield f"status {our_status}, the reference has {their_status}: {our_body[:200]} {their_body[:200]}"
        return
    a, b = decode(our_body), decode(their_body)
    if isinstance(b, str):
        return
    if our_headers.get("Content-Type") != their_headers.get("Content-Type"):
        yield f"content type {our_headers.get('Content-Type')}, the reference has {their_headers.get('Content-Type')}"
    if a.get("errorType") != b.get("errorType"):
        yield f"errorType {a.get('errorType')} ({a.get('error')}), the reference has {b.get('errorType')} ({b.get('error')})"
    if request == "status/flags" or request == "status/config":
        return
    if shape(a) != shape(b):
        yield f"shape {shape(a)}\n    the reference has {shape(b)}"
    elif request.startswith(EQUAL) and "error" not in b and without_times(a) != without_times(b):
        yield f"answer {a}\n    the reference has {b}"


def main():
    reference_binary = harness.need("prometheus")
    target = lab.Target()
    with lab.folder() as our_folder, lab.folder() as their_folder:
        ours = lab.Scraper(harness.ours("sonde-scraper"), our_folder, {"known": [target.address]})
        theirs = lab.Scraper(reference_binary, their_folder, {"known": [target.address]})
        with ours.run(), theirs.run():
            ours.wait_for_up("known")
            theirs.wait_for_up("known")
            for scraper in (ours, theirs):
                harness.wait_for(lambda: scraper.value("count_over_time(load[1m])") > 2, what="three scrapes")
            end = int(ours.value("timestamp(load)"))
            times = {"start": end - 2, "end": end}
            found = []
            asked = [(r, None) for r in REQUESTS] + POSTS
            for request, form in asked:
                path = "/api/v1/" + request.replace("{start}", str(times["start"])).replace("{end}", str(times["end"]))
                options = {} if form is None else {
                    "method": "POST", "data": form.format(**times).encode(),
                    "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
                answers = [harness.fetch(s.url + path, **options) for s in (ours, theirs)]
                found += [f"{'POST ' if form else ''}{request}: {text}" for text in differences(request, *answers)]
            print("\n".join(found))
            print(f"requests alike: {len(asked) - len({f.split(': ')[0] for f in found})}/{len(asked)}")
            assert not found


main()
