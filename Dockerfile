# What is installed and compiled is made in a first stage; the second holds only that.
FROM python:3.13-slim AS built

ENV PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# compose.yaml adds what the queues need. The libraries' own tests are a fifth of their size, unused.
ARG QUEUES=0
RUN --mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt \
    --mount=type=bind,source=requirements-celery.txt,target=/tmp/requirements-celery.txt \
    python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --no-compile --only-binary=:all: --require-hashes \
        --requirement /tmp/requirements.txt \
    && if [ "${QUEUES}" = 1 ]; then \
        pip --python /venv/bin/python install --no-cache-dir --no-compile --only-binary=:all: --require-hashes \
            --requirement /tmp/requirements-celery.txt; \
    fi \
    && find /venv -type d -name tests -prune -exec rm -rf {} +

COPY . .

# Machine code is kept by the time stamp of its source; whole seconds survive every image format. Python's own
# compiled files go by no stamp: under a read-only root a wrong one would cost seconds at every start. All of it
# can be read by whoever runs it, however private the files were that it was built from.
ENV PATH=/venv/bin:$PATH \
    DEADCONE_PORTABLE=1
RUN find . -name '*.py' -exec touch --date=2020-01-01T00:00:00Z {} + \
    && python -m compileall -q --invalidation-mode unchecked-hash -x 'gunicorn\.conf' . /venv \
    && NUMBA_CACHE_DIR=/app/compiled gunicorn --check-config app:server \
    && chmod -R a+rX /app


FROM python:3.13-slim

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DEADCONE_PORTABLE=1 \
    PORT=8050

# The base image leaves Python's library uncompiled.
RUN python -m compileall -q --invalidation-mode unchecked-hash -x 'site-packages|ensurepip|idlelib|test|tkinter|turtle' \
    /usr/local/lib/python3.13
COPY --from=built /venv /venv
COPY --from=built /app /app
WORKDIR /app

# A number, not a name: an orchestrator can see that it is not root. Any other does as well: no account, no home
# and no file of its own is needed.
USER 10001:10001
EXPOSE 8050

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import http.client, os, sys; \
host = os.environ.get('HOST') or '0.0.0.0'; \
host = {'0.0.0.0': '127.0.0.1', '::': '::1'}.get(host, host); \
server = http.client.HTTPConnection(host, int(os.environ['PORT']), timeout=4); \
server.request('GET', '/healthz'); \
sys.exit(server.getresponse().status != 200)"]

CMD ["gunicorn", "app:server"]
