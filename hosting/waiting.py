"""Who answers while the application loads and compiles: alive, not ready yet.

The listening sockets are opened first and handed on to gunicorn, so no connection is refused or lost.
"""

from __future__ import annotations

import os
import socket
import sys
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread

from hosting.headers import SENTENCE

_BACKLOG = 2048
_PERIOD = 0.1  # seconds between two looks whether to leave
_PAGE = b"""<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>The Dead Cone</title><p>The page is starting. It appears here in a few seconds.</p>"""


def served_plainly() -> bool:
    """Tell whether gunicorn starts here and now with the addresses of its settings' file."""
    program, *options = sys.argv
    gunicorn = "gunicorn" in (Path(program).name, Path(program).parent.name)
    given = " ".join([*options, os.environ.get("GUNICORN_CMD_ARGS", "")]).split()
    otherwise = ("-b", "--bind", "--check-config", "--print-config", "--reuse-port", "-D", "--daemon")
    handed = {"LISTEN_FDS", "GUNICORN_FD"} & os.environ.keys()
    return gunicorn and not handed and not any(option.startswith(otherwise) for option in given)


@cache
def listening(host: str, port: int) -> socket.socket:
    """Open a socket that listens; the same one when gunicorn reads its settings again.

    Raises
    ------
    OSError
        If that is not possible here.
    """
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server(address[:2], family=family, backlog=_BACKLOG)


class _Answer(BaseHTTPRequestHandler):
    timeout = 1.0  # for each read: a slow client keeps the others waiting no longer
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        alive = self.path.split("?")[0].endswith("/healthz")
        body = b"OK" if alive else _PAGE
        self.send_response(200 if alive else 503)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, text in SENTENCE.items():
            self.send_header(name, text)
        if not alive:
            self.send_header("Retry-After", "2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def version_string(self) -> str:
        """Tell nobody which Python runs here."""
        return "dead-cone"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(HTTPServer):
    timeout = _PERIOD

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that went away is no fault."""


class WaitingRoom:
    """Answers on a listening socket until it is closed.

    ``/healthz`` gets 200, all else 503 with Retry-After and a page that tries again by itself.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._server = _Server(listener.getsockname()[:2], _Answer, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listener
        self._leave = Event()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._leave.is_set():
            self._server.handle_request()

    def close(self) -> None:
        """Finish the answer that is under way and leave the socket, still listening, to others."""
        self._leave.set()
        self._thread.join()
