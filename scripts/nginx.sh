#!/usr/bin/env bash
# Print the path of an nginx that runs: the one in DEADCONE_NGINX, one on the PATH, else one installed by the
# package manager (as root). It is only installed, not started: the tests start their own.
set -euo pipefail

find_installed() {
  local name path
  for name in ${DEADCONE_NGINX:+"$DEADCONE_NGINX"} nginx /usr/sbin/nginx; do
    if path=$(command -v "$name") && "$path" -v >/dev/null 2>&1; then
      echo "$path"
      return
    fi
  done
  return 1
}

find_installed && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing nginx with apt-get" >&2
  # RUNLEVEL=1 keeps the package from starting a server of its own.
  if { apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends nginx-light; } >&2; then
    find_installed && exit
  fi
fi
echo "The tests of the reverse proxy need an nginx. None was found on the PATH and none could be installed:" \
  "install nginx, or set DEADCONE_NGINX to its path." >&2
exit 1
