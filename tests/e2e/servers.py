"""Servers in this process, for what no real one does: each ends with its context."""
import contextlib
import http.server
import socket
import threading


@contextlib.contextmanager
def web(handler, context=None):
    """An HTTP server, over TLS with a context; yields its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def talker(talk, context=None, path=None):
    """A server whose talk(connection) runs for every connection, over TLS with a context; yields its port (or None for a path)."""
    if path:
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen()
    else:
        server = socket.create_server(("127.0.0.1", 0))

    def one(connection):
        with contextlib.suppress(OSError, ValueError):
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            with connection:
                talk(connection)

    def serve():
        while True:
            try:
                connection = server.accept()[0]
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield None if path else server.getsockname()[1]
    finally:
        server.close()
