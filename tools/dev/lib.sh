# Shared by the scripts of tools/; source it. Sets ROOT, the repository's root, and goes there.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"

say() { printf '%s: %s\n' "${0##*/}" "$*"; }
die() {
  say "$*" >&2
  exit 1
}

# step NAME COMMAND...: runs the command between a line that names it and one that says how long it took.
step() {
  local name=$1 start=$SECONDS status=0
  shift
  printf '\n== %s\n' "$name"
  "$@" || status=$?
  if ((status == 0)); then
    printf -- '-- %s: done in %d s\n' "$name" $((SECONDS - start))
  else
    printf -- '-- %s: FAILED after %d s\n' "$name" $((SECONDS - start))
  fi
  return $status
}

# usage: prints the comment at the head of the script, which is its manual.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# sources: every C++ file of the repository that git knows or would take.
sources() { git ls-files --cached --others --exclude-standard -- '*.h' '*.cc' | while read -r file; do
  [[ ! -e $file ]] || printf '%s\n' "$file"
done; }
