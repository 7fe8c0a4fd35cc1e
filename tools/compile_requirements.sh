#!/usr/bin/env bash
# Writes requirements/*.txt from pyproject.toml: needs uv (`pip install uv`).
#   job.txt     what the workflows of digest repositories install, every file by its hash; with
#               what the website needs, so that one list is enough
#   like.txt    what the extra `like` needs beside that, in the same versions
#   channels.txt  what the extra `channels` needs beside that, in the same versions
#   lowest.txt  the oldest dependencies that pyproject.toml allows, and today's test tools
set -euo pipefail
cd "$(dirname "$0")/.."

lowest=$(mktemp)
trap 'rm -f "$lowest"' EXIT

# Addresses of package indexes stay out: they are those of whoever runs this.
compile() {
  uv pip compile pyproject.toml requirements/build.in --quiet --upgrade --no-config \
    --no-emit-index-url --no-emit-find-links \
    --custom-compile-command tools/compile_requirements.sh "$@" >/dev/null
}

compile --extra site --universal --python-version 3.11 --generate-hashes \
  --output-file requirements/job.txt
compile --extra like --universal --python-version 3.11 --generate-hashes \
  --constraint requirements/job.txt --output-file requirements/like.txt
compile --extra channels --universal --python-version 3.11 --generate-hashes \
  --constraint requirements/job.txt --output-file requirements/channels.txt
compile --all-extras --python-version 3.11 --resolution lowest-direct --output-file "$lowest"
compile --all-extras --group test --python-version 3.11 --constraint "$lowest" --generate-hashes \
  --no-annotate --output-file requirements/lowest.txt
