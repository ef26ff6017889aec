#!/usr/bin/env bash
# Resolve pyproject.toml in a new environment, with the extra `all` and the group `dev`, and write requirements.lock.
# It takes the newest releases that pyproject.toml admits.
# Usage: tests/install/lock.sh PYTHON
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$1" -m venv "$work/venv"
# The pip of a new environment may be older than dependency groups (25.1). The lock does not name pip.
"$work/venv/bin/python" -m pip install --quiet --upgrade 'pip>=25.1'
"$work/venv/bin/python" -m pip install --quiet --upgrade --group dev -e '.[all]'
"$work/venv/bin/python" -m pip check
{
  echo "# Every distribution of a working environment, pinned. \`make lock\` resolves pyproject.toml anew and writes this file."
  # A local version such as +cpu exists only where that build came from, and pip could not find it elsewhere.
  "$work/venv/bin/python" -m pip freeze --all --exclude pip --exclude-editable |
    sed -E 's/\+[A-Za-z0-9.]+$//' | LC_ALL=C sort -f
} >"$work/lock"
mv "$work/lock" requirements.lock
