"""A query that takes too long ends: by its timeout, when its client hangs up, and when the process stops."""
import signal
import socket
import time

import harness
import lab

HEAVY = "query=sum_over_time(vector(1)[40m:10ms])&start=1000&end=12000&step=1"  # 2.6 thousand million samples


def hang_up(scraper):
    """Asks the heavy query and closes the connection without waiting."""
    with socket.create_connection(("127.0.0.1", scraper.port)) as client:
        client.sendall(f"GET /api/v1/query_range?{HEAVY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        harness.wait_for(lambda: running(scraper) == 1, what="the query to run")


def running(scraper):
    page = harness.fetch(scraper.url + "/metrics")[2].decode()
    return int(page.split("\nprometheus_engine_queries ")[1].split()[0])


def main():
    with lab.folder() as folder:
        scraper = lab.Scraper(harness.ours("sonde-scraper"), folder, {})
        with scraper.run() as process:
            begin = time.monotonic()
            status, _, body = harness.fetch(scraper.url + f"/api/v1/query_range?{HEAVY}&timeout=300ms", timeout=60)
            assert status == 503 and b'"errorType":"timeout"' in body, (status, body[:200])
            assert time.monotonic() - begin < 10, "a timeout of 300 ms took too long"
            assert harness.fetch(scraper.url + "/api/v1/query?query=1")[0] == 200
            hang_up(scraper)
            harness.wait_for(lambda: running(scraper) == 0, seconds=10, what="the abandoned query to end")
            hang_up_socket = socket.create_connection(("127.0.0.1", scraper.port))
            hang_up_socket.sendall(f"GET /api/v1/query_range?{HEAVY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            harness.wait_for(lambda: running(scraper) == 1, what="the query to run")
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
            hang_up_socket.close()


main()
