#!/usr/bin/env bash
# Install the wheel in new environments as a user does: core alone, then core with the extra `serve`.
# A script in each environment uses the installed packages and asserts that no other extra is installed.
# Usage: tests/install/check.sh PYTHON, where PYTHON has setuptools.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Built from a copy: setuptools leaves a build folder behind, from which deleted modules would return.
mkdir "$work/source"
cp -R "$root/pyproject.toml" "$root/README.md" "$root/LICENSE" "$root/ccenv" "$work/source"
"$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work/wheel" "$work/source"
wheel=$(echo "$work"/wheel/ccenv-*.whl)

# Outside the checkout and isolated (-I): `import ccenv` can find only the wheel.
cd "$work"
check() { # name, extras, script
  "$python" -m venv "$work/$1"
  "$work/$1/bin/python" -m pip install --quiet --constraint "$root/requirements.lock" "$wheel$2"
  "$work/$1/bin/python" -m pip check
  "$work/$1/bin/python" -I -W error "$root/tests/install/$3"
}
check core "" core_check.py
check serve "[serve]" serve_check.py
