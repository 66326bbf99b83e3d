#!/usr/bin/env bash
# Build the stack for Lambda without Docker. Arguments go to `sam build`.
# The functions run on Python 3.13, so a real python3.13 must come first on PATH: before pyenv's shims, which may refuse.
set -euo pipefail
cd "$(dirname "$0")/.."

works() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; }

python=""
for candidate in "${PYTHON313:-}" python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3.13; do
  if [[ -n "$candidate" ]] && works "$candidate"; then
    python="$("$candidate" -c 'import sys; print(sys.executable)')"
    break
  fi
done
if [[ -z "$python" ]]; then
  echo "tools/sam_build.sh: Python 3.13, the runtime of the functions, was not found: install it, or name it with PYTHON313=/path/to/python3.13" >&2
  exit 2
fi

shims="$(mktemp -d)"
trap 'rm -rf "$shims"' EXIT
ln -s "$python" "$shims/python3.13"
PATH="$shims:$(dirname "$python"):$PATH" SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam build "$@"

# What Lambda would find out at the first invocation: whether each handler imports from the layers alone. Patterns and
# conditions of muster.yaml load re2 and jmespath when there are some.
if [[ "$(uname -sm)" == "Linux x86_64" ]]; then
  built="$PWD/.aws-sam/build"
  for function in "$built"/*Function; do
    "$python" -I -S -B -c 'import sys; sys.path[:0] = sys.argv[1:]; import app, re2, jmespath; app.handler' \
      "$function" "$built/CoreLayer/python" "$built/DependenciesLayer/python"
  done
  echo "Each handler imports from the layers alone."
fi
