"""The path below which a proxy shows the page: DEADCONE_PREFIX."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hosting.configuration import configuration


def rooted(path: str) -> str:
    """Return the address of a path of this site, which begins with a slash."""
    return configuration().prefix + path[1:]


def within(path: str) -> str:
    """Return the path of this site that an address's path stands for; the prefix may lack its last slash."""
    prefix = configuration().prefix
    if f"{path}/" == prefix:
        return "/"
    return "/" + path.removeprefix(prefix) if path.startswith(prefix) else path


class Prefixed:
    """A WSGI application below a prefix, whether or not the proxy has taken it off on the way.

    Health checks, which come past the proxy, ask without it.
    """

    def __init__(self, application: Any, prefix: str) -> None:
        self._application, self._root = application, prefix.rstrip("/")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        path = environ.get("PATH_INFO", "")
        if path == self._root or path.startswith(f"{self._root}/"):
            environ["PATH_INFO"] = path.removeprefix(self._root) or "/"
        environ["SCRIPT_NAME"] = self._root
        answer: Iterable[bytes] = self._application(environ, start_response)
        return answer
