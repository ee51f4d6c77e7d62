#!/usr/bin/env bash
# The whole gate: what `make test` and .ci/run call.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

step "environment"
scripts/environment.sh requirements.txt requirements-celery.txt requirements-dev.txt
DEADCONE_CHROMIUM=$(scripts/browser.sh)
export DEADCONE_CHROMIUM
DEADCONE_REDIS=$(scripts/redis.sh)
export DEADCONE_REDIS
DEADCONE_NGINX=$(scripts/nginx.sh)
export DEADCONE_NGINX
echo "browser: $DEADCONE_CHROMIUM, server of queues: $DEADCONE_REDIS, proxy: $DEADCONE_NGINX"

step "format"
.venv/bin/python -m ruff format --check .
step "lint"
.venv/bin/python -m ruff check .
step "types and tests"
# The browser leaves much of two cores to the others.
others=$(mktemp)
trap 'rm -f "$others"' EXIT
(.venv/bin/python -m mypy && .venv/bin/python -m pytest -m "not browser") >"$others" 2>&1 &
failed=0
.venv/bin/python -m pytest -m browser || failed=1
wait $! || failed=1
cat "$others"
[ "$failed" = 0 ]
step "all passed"
