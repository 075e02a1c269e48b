#!/usr/bin/env bash
# Packs a program for people who build nothing: packaging/archive.sh BINARY TARGET [FOLDER]
#
# Leaves convlab-VERSION-TARGET.tar.gz (.zip for Windows) and its SHA-256 in FOLDER (target/dist). A binary that this
# machine cannot run comes with another of the same version that it can, GENERATE_WITH=BINARY, for completions and
# manual pages.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
(($# == 2 || $# == 3)) || { echo "usage: $0 BINARY TARGET [FOLDER]" >&2 && exit 2; }
binary=$1 target=$2 out=${3:-$root/target/dist}
convlab=${GENERATE_WITH:-$binary}
[[ $convlab == */* ]] || convlab=./$convlab
version=$("$convlab" --version | cut -d ' ' -f 2)
name=convlab-$version-$target
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$work/$name
mkdir -p "$folder/completions"
install -m 755 "$binary" "$folder/"
install -m 644 "$root"/{CHANGELOG.md,LICENSE-APACHE,LICENSE-MIT,README.md} "$folder/"
"$convlab" man --out "$folder/man/man1"
"$convlab" completions bash >"$folder/completions/convlab.bash"
"$convlab" completions elvish >"$folder/completions/convlab.elv"
"$convlab" completions fish >"$folder/completions/convlab.fish"
"$convlab" completions powershell >"$folder/completions/_convlab.ps1"
"$convlab" completions zsh >"$folder/completions/_convlab"
"${PYTHON:-python3}" "$root/packaging/third_party.py" "$target" >"$folder/THIRD-PARTY.txt"

cd "$work"
case $target in
*-windows-*)
    archive=$name.zip
    rm -f "$out/$archive"
    7z a -bd -tzip "$out/$archive" "$name" >/dev/null
    ;;
*)
    archive=$name.tar.gz
    tar -czf "$out/$archive" "$name"
    ;;
esac
cd "$out"
if command -v sha256sum >/dev/null; then
    sha256sum "$archive" >"$archive.sha256"
else
    shasum -a 256 "$archive" >"$archive.sha256"
fi
echo "$out/$archive"
