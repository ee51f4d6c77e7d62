#!/usr/bin/env bash
# Print the path of an nginx that runs: the one in DEADCONE_NGINX, one on the PATH, else one installed by the
# package manager (as root). The tests start their own.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/program.sh"

provide nginx nginx-light -v "the reverse proxy" DEADCONE_NGINX nginx /usr/sbin/nginx
