#!/usr/bin/env bash
# Make .venv with the given locks installed: scripts/environment.sh requirements.txt [requirements-dev.txt]
# Does nothing when they have not changed since the last time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'

find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11 python3.14; do
    # Running it, not only finding it: a version manager's shim may exist without its interpreter.
    if "$name" -c "$supported" 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "The Dead Cone needs Python 3.11, 3.12, 3.13 or 3.14, and none is on the PATH" \
    "($(python3 --version 2>/dev/null || echo "there is no python3"))." >&2
  return 1
}

if ! .venv/bin/python -c "import pip; $supported" 2>/dev/null; then
  python=$(find_python)
  echo "Making .venv with $("$python" --version)"
  rm -rf .venv
  if ! "$python" -m venv .venv; then
    rm -rf .venv
    echo "$python cannot make a virtual environment; on Debian and Ubuntu install python3-venv." >&2
    exit 1
  fi
fi

install=()
for lock in "$@"; do
  # The stamp is a copy of the lock that was installed.
  cmp -s "$lock" ".venv/installed-$lock" || install=("${@/#/--requirement=}")
done
if ((${#install[@]})); then
  echo "Installing $* into .venv (a minute or two the first time)"
  # Wheels only: a platform without one is told so at once instead of failing in a compiler.
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    --only-binary=:all: --require-hashes "${install[@]}"
  for lock in "$@"; do
    cp "$lock" ".venv/installed-$lock"
  done
fi
