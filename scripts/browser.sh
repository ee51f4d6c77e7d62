#!/usr/bin/env bash
# Print the path of a Chromium that runs: the one in DEADCONE_CHROMIUM, the system's, else one installed by
# the package manager (as root), else Playwright's own, kept in .cache. Needs .venv with the test requirements.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PLAYWRIGHT_BROWSERS_PATH=$PWD/.cache/browsers

source scripts/program.sh

find_installed() {
  installed --version ${DEADCONE_CHROMIUM:+"$DEADCONE_CHROMIUM"} chromium chromium-browser google-chrome \
    google-chrome-stable "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
}

find_playwrights() {
  local path
  path=$(.venv/bin/python -c 'from playwright.sync_api import sync_playwright
with sync_playwright() as p: print(p.chromium.executable_path)') && installed --version "$path"
}

find_installed && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium with apt-get" >&2
  if { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >&2; then
    find_installed && exit
  fi
fi
find_playwrights && exit
echo "Installing Playwright's Chromium into .cache/browsers" >&2
if .venv/bin/python -m playwright install chromium >&2; then
  find_playwrights && exit
fi
echo "The tests need a Chromium. None was found on the PATH and none could be installed:" \
  "install chromium or google-chrome, or set DEADCONE_CHROMIUM to its path." >&2
exit 1
