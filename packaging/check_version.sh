#!/usr/bin/env bash
# Whether everything that names a version names this one: packaging/check_version.sh VERSION
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
(($# == 1)) || { echo "usage: $0 VERSION" >&2 && exit 2; }
version=$1 wrong=0

expect() { # expect FILE LINE
    grep -qxF -- "$2" "$1" && return
    echo "$1: expected the line '$2'" >&2
    wrong=1
}

expect Cargo.toml "version = \"$version\""
expect CITATION.cff "version: $version"
if ! grep -qE "^## \[${version//./\\.}\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md; then
    echo "CHANGELOG.md: expected the heading '## [$version] - YEAR-MONTH-DAY'" >&2
    wrong=1
fi
exit "$wrong"
