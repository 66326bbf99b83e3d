#!/usr/bin/env bash
# Prints the path of a Chromium for the tests of the report: MUSTER_CHROMIUM, or one on the PATH, or Debian's package.
set -euo pipefail

find_one() {
  local name
  for name in "${MUSTER_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name"; then return; fi
  done
  return 1
}

if [ -n "${MUSTER_CHROMIUM:-}" ] && ! command -v "$MUSTER_CHROMIUM" > /dev/null; then
  echo "MUSTER_CHROMIUM names $MUSTER_CHROMIUM, which is no program" >&2
  exit 1
fi
find_one && exit
if ! command -v apt-get > /dev/null || [ "$(id -u)" != 0 ]; then
  echo "The tests of the report need Chromium: install it, or name it with MUSTER_CHROMIUM." >&2
  echo "On Debian: sudo apt-get install chromium. Elsewhere: any Chromium or Chrome of 2024 or later." >&2
  exit 1
fi
echo "Installing Debian's chromium ..." >&2
apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends chromium fonts-liberation >&2
find_one
