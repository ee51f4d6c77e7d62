"""The page with a server that computes nothing: ``gunicorn benchmarks._constant:server``.

Each kind of frame (pictures, size, at rest or moving) is computed once and given again for any settings.
What the page then does is its own cost, to compare with.
"""

from typing import Any

from flask import Response, request

from app import server

_KIND = ("cells", "panels", "axes", "size", "theme", "still", "colouring", "layers")
_kept: dict[tuple[str | None, ...], tuple[bytes, dict[str, Any]]] = {}
_compute = server.view_functions["get_frame"]


def constant() -> Response:
    """Answer with the first frame of this kind."""
    kind = tuple(request.args.get(key) for key in _KIND)
    if kind not in _kept:
        answer = _compute()
        assert isinstance(answer, Response)
        _kept[kind] = answer.get_data(), dict(answer.headers)
    body, headers = _kept[kind]
    return Response(body, headers=headers)


server.view_functions["get_frame"] = constant
