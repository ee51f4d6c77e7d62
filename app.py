"""The Dead Cone: ``python app.py`` runs it here, ``gunicorn app:server`` serves it."""

from __future__ import annotations

from hosting.configuration import configuration_or_exit

if __name__ != "__mp_main__":  # as which a worker process of `jobs` reads this file; it serves nothing
    here = configuration_or_exit()  # before anything is loaded: it may be wrong
    from dashboard import create_app

    app = create_app()
    server = app.server

if __name__ == "__main__":
    app.run(host=here.host or "localhost", port=here.port, debug=False)
