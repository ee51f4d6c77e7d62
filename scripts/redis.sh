#!/usr/bin/env bash
# Print the path of a redis-server that runs: the one in DEADCONE_REDIS, one on the PATH, else one installed by the
# package manager (as root). The tests start their own.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/program.sh"

provide redis-server redis-server --version "long work" DEADCONE_REDIS redis-server valkey-server
