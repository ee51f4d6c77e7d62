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
# Three at a time keep two cores busy: browsers and servers wait for one another.
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
(.venv/bin/python -m mypy && .venv/bin/python -m pytest -m "not browser") >"$logs/others" 2>&1 &
others=$!
.venv/bin/python -m pytest -m browser tests/browser/test_[a-lt-z]*.py >"$logs/browser" 2>&1 &
first=$!
failed=0
.venv/bin/python -m pytest -m browser tests/browser/test_[m-s]*.py || failed=1
wait $first || failed=1
cat "$logs/browser"
wait $others || failed=1
cat "$logs/others"
[ "$failed" = 0 ]
step "all passed"
