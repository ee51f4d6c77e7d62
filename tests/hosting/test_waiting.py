"""Who answers before the application does."""

import http.client
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hosting.headers import SENTENCE
from hosting.waiting import WaitingRoom, listening, served_plainly

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def ask(listener: socket.socket, path: str, method: str = "GET") -> http.client.HTTPResponse:
    server = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=10)
    server.request(method, path)
    return server.getresponse()


def test_it_is_alive_not_ready_and_leaves_the_socket_to_others(listener: socket.socket) -> None:
    room = WaitingRoom(listener)
    assert [ask(listener, path).status for path in ("/healthz", "/cone/healthz?x=1")] == [200, 200]
    for method in ("GET", "POST", "HEAD"):
        answer = ask(listener, "/readyz", method)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        assert "Python" not in answer.headers["Server"]
        assert SENTENCE.items() <= dict(answer.headers).items()
    with socket.create_connection(listener.getsockname()) as slow:  # which says nothing
        assert ask(listener, "/healthz").status == 200
        slow.close()
    room.close()
    with socket.create_connection(listener.getsockname()) as later:
        taken, _ = listener.accept()
        later.sendall(b"for another")
        assert taken.recv(20) == b"for another"
        taken.close()


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", ""), ("127.0.0.2", "127.0.0.2"), ("::1", "::")])
def test_the_image_asks_for_its_health_where_it_listens(host: str, told: str) -> None:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    (found,) = re.findall(r'^HEALTHCHECK .*?CMD \["python", "-c", "(.*)"\]$', text, re.MULTILINE)

    def healthy(port: int) -> bool:
        environment = {"PORT": str(port), "HOST": told}
        command = [sys.executable, "-c", found]
        return subprocess.call(command, env=environment, stderr=subprocess.DEVNULL) == 0

    with socket.create_server(
        (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
    ) as listener:
        room = WaitingRoom(listener)
        port = listener.getsockname()[1]
        assert healthy(port)
        room.close()
    assert not healthy(port)


@pytest.mark.parametrize(
    ("argv", "environment", "plain"),
    [
        (["/bin/gunicorn", "app:server"], {}, True),
        (["/lib/gunicorn/__main__.py", "-c", "gunicorn.conf.py", "app:server"], {}, True),
        (["/bin/gunicorn", "--bind", "fd://5", "app:server"], {}, False),
        (["/bin/gunicorn", "-b:80", "app:server"], {}, False),
        (["/bin/gunicorn", "--check-config", "app:server"], {}, False),
        (["/bin/gunicorn", "app:server"], {"GUNICORN_CMD_ARGS": "--bind=:80"}, False),
        (["/bin/gunicorn", "app:server"], {"LISTEN_FDS": "1"}, False),
        (["worker.py", "tiles"], {}, False),
    ],
)
def test_it_opens_only_where_gunicorn_has_no_other_orders(
    argv: list[str], environment: dict[str, str], plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", argv)
    for name in ("GUNICORN_CMD_ARGS", "LISTEN_FDS", "GUNICORN_FD"):
        monkeypatch.delenv(name, raising=False)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    assert served_plainly() == plain


def test_settings_that_are_read_again_get_the_same_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with listening("127.0.0.1", port) as first:
        assert listening("127.0.0.1", port) is first
        listening.cache_clear()
        with pytest.raises(OSError, match="in use"):
            listening("127.0.0.1", port)
