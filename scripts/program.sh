#!/usr/bin/env bash
# To be sourced: find a program that the tests start themselves, or have the package manager install it.

# provide PROGRAM PACKAGE FLAG TESTS VARIABLE NAMES... prints the path of the first that runs with FLAG: what
# VARIABLE holds, one of NAMES on the PATH, else one of the PACKAGE. It is only installed, not started.
provide() {
  local program=$1 package=$2 flag=$3 need=$4 variable=$5
  shift 5
  installed "$flag" ${!variable:+"${!variable}"} "$@" && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $program with apt-get" >&2
    # RUNLEVEL=1 keeps the package from starting a server of its own.
    if { apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$package"; } >&2; then
      installed "$flag" "$@" && return
    fi
  fi
  echo "The tests of $need need $program. None was found on the PATH and none could be installed:" \
    "install $package, or set $variable to its path." >&2
  return 1
}

installed() {
  local flag=$1 name path
  shift
  for name in "$@"; do
    if path=$(command -v "$name") && "$path" "$flag" >/dev/null 2>&1; then
      echo "$path"
      return
    fi
  done
  return 1
}
