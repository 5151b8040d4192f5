#!/usr/bin/env bash
# Renews the locked dependencies: hashes, every platform, no download address.
set -eu
cd "$(dirname "$0")"
uv=${UV:-.venv/bin/uv}
lock() { "$uv" pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --quiet "$@"; }
lock pyproject.toml --all-extras -o requirements.txt
lock pyproject.toml --all-extras --group dev -c requirements.txt -o requirements-dev.txt
lock pyproject.toml --group bench -c requirements-dev.txt -o benchmarks/requirements.txt
lock --group pyproject.toml:fuzz -c requirements-dev.txt -o tests/fuzz/requirements.txt
echo uv==0.13.9 | lock - -o requirements-uv.txt
