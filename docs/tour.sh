#!/bin/sh
# A tour on real input: the history of a repository or a bundle becomes a ledger; then the ledger is asked and verified.
# Usage: sh docs/tour.sh [REPOSITORY or BUNDLE]; without an argument, the history that this script is part of.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
source=${1:-$top}
PATH=$top/.venv/bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

printf '$ git clone --bare %s\n' "$source"
git clone --quiet --bare "$source" "$work/history.git"
cd "$work/history.git"
# A bundle may name no branch as its HEAD.
rev=$(git rev-parse --verify --quiet HEAD || git for-each-ref --count=1 --format='%(objectname)' refs/heads)
git config user.name >/dev/null || git config user.name "A visitor"
git config user.email >/dev/null || git config user.email visitor@example.org

run git ledger init
printf '\n$ git ledger import-git %s | tail -n 3\n' "$rev"
git ledger import-git "$rev" >imported
tail -n 3 imported
run git ledger log --oneline -n 5
file=$(git ledger blame | awk 'END { print $2 }')
run git ledger vst -n 5 "$file"
run git ledger get "$file"
run git ledger verify
run git log --oneline -n 3 refs/ledger/main
run du -sh .
