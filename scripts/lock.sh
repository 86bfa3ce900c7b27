#!/bin/sh
# Make requirements/*.txt again from pyproject.toml; needs uv (pip install uv).
set -eu
cd "$(dirname "$0")/.."
uv="$(command -v .venv/bin/uv || command -v uv || true)"
if [ -z "$uv" ]; then echo "koumen: needs uv: .venv/bin/pip install uv, then make lock" >&2; exit 1; fi
make_lock() {
  file="requirements/$1.txt"; shift
  "$uv" pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --quiet -o "$file"
}
make_lock run
make_lock dev --extra dev
make_lock bench --extra bench --constraint requirements/run.txt  # beside a run: the same versions
make_lock docs --extra docs
.venv/bin/python scripts/check_locks.py --write
