"""The Dead Cone: ``python app.py`` runs it here, ``gunicorn app:server`` serves it."""

from __future__ import annotations

import os

if __name__ != "__mp_main__":  # as which a worker process of `jobs` reads this file; it serves nothing
    from dashboard import create_app

    app = create_app()
    server = app.server

if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8050"))
    app.run(host=os.environ.get("HOST", "localhost"), port=port, debug=False)
