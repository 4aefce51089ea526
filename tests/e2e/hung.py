"""Scrapes of targets that hang, and the end of an exporter meanwhile."""
import contextlib
import http.client
import threading
import time

import harness
from expositions import check


def try_fetch(url):
    """Asks for what may never come: of a process that is about to end."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        harness.fetch(url, timeout=20)


def check_stop(process, urls):
    """Asks for all of `urls` at once, each of a target that never answers, and ends the process while they wait."""
    scrapes = [threading.Thread(target=try_fetch, args=(url,)) for url in urls]
    for scrape in scrapes:
        scrape.start()
    time.sleep(1)
    begun = time.monotonic()
    process.terminate()
    code = process.wait(30)
    seconds = time.monotonic() - begun
    check(code == 0 and seconds < 3, f"SIGTERM ends with code 0 while {len(urls)} targets hang ({seconds:.2f} s)")
    for scrape in scrapes:
        scrape.join()
