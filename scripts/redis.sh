#!/usr/bin/env bash
# Print the path of a redis-server that runs: the one in DEADCONE_REDIS, one on the PATH, else one installed by
# the package manager (as root). It is only installed, not started: the tests start their own.
set -euo pipefail

find_installed() {
  local name path
  for name in ${DEADCONE_REDIS:+"$DEADCONE_REDIS"} redis-server valkey-server; do
    if path=$(command -v "$name") && "$path" --version >/dev/null 2>&1; then
      echo "$path"
      return
    fi
  done
  return 1
}

find_installed && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing redis-server with apt-get" >&2
  # RUNLEVEL=1 keeps the package from starting a server of its own.
  if { apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends redis-server; } >&2; then
    find_installed && exit
  fi
fi
echo "The tests of long work need a redis-server. None was found on the PATH and none could be installed:" \
  "install redis-server, or set DEADCONE_REDIS to its path." >&2
exit 1
