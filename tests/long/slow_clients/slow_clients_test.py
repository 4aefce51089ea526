"""Clients that mean no good, in crowds, while somebody scrapes: scrapes go on and are not slower, memory stays bounded.

    slow_clients_test.py [COUNT [BINARY [FLAG ...]]]

COUNT clients drip a byte a second, read nothing of what they asked for, or leave a large body unfinished; 20 * COUNT connect and say
nothing; COUNT / 10 send 10 MB of headers, and as many a megabyte of pipelined garbage.
"""
import http.client
import multiprocessing
import random
import resource
import select
import socket
import statistics
import sys
import time

import harness

PHASE_SECONDS = 6
RSS_MAX_BYTES = (1024 if harness.SANITIZED else 256) << 20


class Crowd:
    """Connections of one kind, kept up: what the server closes is opened again, to a limit."""

    def __init__(self, port, count, greeting=b"", drip=b"", reads=True, lives=10):
        self.port, self.count, self.greeting, self.drip, self.reads = port, count, greeting, drip, reads
        self.opened_max = count * lives
        self.epoll = select.epoll()
        self.sockets = {}  # descriptor → socket
        self.unsent = {}  # descriptor → what is still to be sent
        self.opened = self.closed = self.failed = 0

    def open(self):
        sock = socket.socket()
        sock.setblocking(False)
        try:
            # Several addresses of ours: one has 28,000 ports.
            sock.bind((f"127.0.1.{1 + self.opened % 16}", 0))
            sock.connect_ex(("127.0.0.1", self.port))
        except OSError:
            sock.close()
            self.failed += 1
            return
        self.opened += 1
        self.sockets[sock.fileno()] = sock
        self.unsent[sock.fileno()] = self.greeting
        self.epoll.register(sock.fileno(), self.events(sock.fileno()))

    def events(self, fd):
        """Those who do not read see no more than the end of the connection."""
        return (select.EPOLLIN if self.reads else 0) | select.EPOLLRDHUP | (select.EPOLLOUT if self.unsent[fd] else 0)

    def close(self, fd):
        self.epoll.unregister(fd)
        self.sockets.pop(fd).close()
        del self.unsent[fd]
        self.closed += 1

    def handle(self, fd, events):
        if events & (select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP):
            return self.close(fd)
        if events & select.EPOLLIN and not self.sockets[fd].recv(1 << 16):
            return self.close(fd)
        if events & select.EPOLLOUT:
            sent = self.sockets[fd].send(self.unsent[fd][:1 << 18])
            self.unsent[fd] = self.unsent[fd][sent:]
            self.epoll.modify(fd, self.events(fd))

    def run(self, seconds):
        end = time.monotonic() + seconds
        next_drip = time.monotonic() + 1
        while time.monotonic() < end:
            for _ in range(100):
                if len(self.sockets) < self.count and self.opened < self.opened_max and self.failed < self.count:
                    self.open()
            if self.drip and time.monotonic() >= next_drip:
                next_drip += 1
                for fd, unsent in self.unsent.items():
                    if not unsent:
                        self.unsent[fd] = self.drip
                        self.epoll.modify(fd, self.events(fd))
            for fd, events in self.epoll.poll(0.01):
                try:
                    self.handle(fd, events)
                except BlockingIOError:
                    pass
                except OSError:
                    self.close(fd)
        return self.opened, self.closed, self.failed


def attack(results, seconds, *arguments, **options):
    results.put(Crowd(*arguments, **options).run(seconds))


class Scraper:
    """Scrapes on a kept connection and on new ones, in turns. A kept one that rests may be closed: that is no failure, as for
    every HTTP client, unless a new one fails too."""

    def __init__(self, port):
        self.port = port
        self.kept = None

    def ask(self, connection):
        begun = time.monotonic()
        connection.request("GET", "/metrics", headers={"User-Agent": "scraper"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200 and body, answer.status
        return time.monotonic() - begun

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def scrape(self, keeps):
        if not keeps:
            connection = self.connect()
            try:
                return self.ask(connection)
            finally:
                connection.close()
        if self.kept is not None:
            try:
                return self.ask(self.kept)
            except (http.client.HTTPException, ConnectionError):
                self.kept.close()
        self.kept = self.connect()
        return self.ask(self.kept)

    def run(self, seconds):
        end = time.monotonic() + seconds
        latencies, failures = [], []
        while time.monotonic() < end:
            try:
                latencies.append(self.scrape(len(latencies) % 2 == 0))
            except (OSError, http.client.HTTPException, AssertionError) as error:
                failures.append(repr(error))
            time.sleep(0.02)
        return latencies, failures


def memory_bytes(process, field):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field))


def raise_limit(wanted):
    """Descriptors: as many as wanted, or as are allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in ((max(soft, wanted), max(hard, wanted)), (max(soft, min(wanted, hard)), hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
            break
        except (ValueError, OSError):
            continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def crowds(count, connections):
    rng = random.Random(1)
    garbage = b"".join(rng.choice((b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", rng.randbytes(40),
                                   b"\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")) for _ in range(25000))
    header = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"
    few = max(2, count // 10)
    return [
        ("nobody", None),
        ("a byte a second", {"count": count, "greeting": header, "drip": b"x"}),
        ("silent", {"count": min(20 * count, connections), "lives": 1}),
        ("10 MB of headers", {"count": few, "greeting": header + b"X-Long: " + b"x" * (10 << 20)}),
        ("many small headers", {"count": few, "greeting": header + b"A: b\r\n" * (1 << 18)}),
        ("pipelined garbage", {"count": few, "greeting": garbage}),
        ("answers unread", {"count": count, "greeting": (header + b"\r\n") * 5, "reads": False, "lives": 1}),
        ("bodies left unfinished", {"count": count, "greeting": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n"
                                    + b"x" * (1 << 20)}),
    ]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    command = sys.argv[2:] or ["sonde-demo-exporter", "--web.max-requests=0"]  # That limit is another matter.
    wanted = 20 * count + 500
    allowed = raise_limit(wanted)
    if allowed < wanted:
        print(f"only {allowed} descriptors are allowed here: {allowed - 500} silent clients and not {20 * count}")
    port = harness.free_port()
    slowest = None
    with harness.running([harness.ours(command[0]), *command[1:], f"--web.listen-address=127.0.0.1:{port}"]) as process:
        harness.wait_http(f"http://127.0.0.1:{port}/")
        Scraper(port).run(1)
        for name, crowd in crowds(count, allowed - 500):
            results = multiprocessing.Queue()
            attacker = crowd and multiprocessing.Process(target=attack, args=(results, PHASE_SECONDS, port), kwargs=crowd)
            if attacker:
                attacker.start()
                time.sleep(1)
            latencies, failures = Scraper(port).run(PHASE_SECONDS - 1.5)
            opened, closed, failed = results.get() if attacker else (0, 0, 0)
            if attacker:
                attacker.join()
            assert latencies, f"{name}: no scrape, {failures[:3]}"
            middle, high = statistics.median(latencies), sorted(latencies)[int(0.99 * len(latencies))]
            print(f"{name}: {opened} connections, {closed} closed by the server, {failed} not made; {len(latencies)} scrapes, median "
                  f"{1000 * middle:.1f} ms, 99th percentile {1000 * high:.1f} ms, {len(failures)} failed; memory "
                  f"{memory_bytes(process, 'VmRSS') >> 10} kB", flush=True)
            assert not failures, failures[:3]
            slowest = slowest or max(20 * middle, 0.25)  # A busy machine is no finding.
            assert middle < slowest, f"the median scrape takes {middle:.3f} s"
            assert len(latencies) > 20, "hardly any scrape"
        high_water = memory_bytes(process, "VmHWM")
        print(f"most memory: {high_water >> 20} MB")
        assert high_water < RSS_MAX_BYTES, high_water
        assert process.poll() is None, "the exporter has ended"


main()
