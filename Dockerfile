FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DEADCONE_PORTABLE=1 \
    PORT=8050

WORKDIR /app

# compose.yaml adds what the queues need. The libraries' own tests are a fifth of their size, unused.
ARG QUEUES=0
RUN --mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt \
    --mount=type=bind,source=requirements-celery.txt,target=/tmp/requirements-celery.txt \
    pip install --no-cache-dir --root-user-action=ignore --only-binary=:all: --require-hashes \
        --requirement /tmp/requirements.txt \
    && if [ "${QUEUES}" = 1 ]; then \
        pip install --no-cache-dir --root-user-action=ignore --only-binary=:all: --require-hashes \
            --requirement /tmp/requirements-celery.txt; \
    fi \
    && find /usr/local/lib/python3.13/site-packages -type d -name tests -prune -exec rm -rf {} +

COPY . .

# Machine code is kept by the time stamp of its source. Whole seconds survive every image format.
RUN find . -name '*.py' -exec touch --date=2020-01-01T00:00:00Z {} + \
    && python -m compileall -q . \
    && NUMBA_CACHE_DIR=/app/compiled gunicorn --check-config app:server

# A number, not a name: an orchestrator can see that it is not root. The account needs no home.
USER 10001:10001
EXPOSE 8050

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import http.client, os, sys; \
server = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); \
server.request('GET', '/healthz'); \
sys.exit(server.getresponse().status != 200)"]

CMD ["gunicorn", "app:server"]
