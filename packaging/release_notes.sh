#!/usr/bin/env bash
# Prints what CHANGELOG.md says about a version: packaging/release_notes.sh VERSION
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
(($# == 1)) || { echo "usage: $0 VERSION" >&2 && exit 2; }
awk -v heading="## [$1]" '
    /^## / { inside = index($0, heading) == 1; next }
    inside { print }
' CHANGELOG.md
