#!/bin/bash
# Shows that image tools can be driven: umoci, skopeo, buildah, podman and ctr each get some layouts, and the run ends by itself with
# no fault of ours. What is known of Debian's versions must be found without being told. Prints TAP; exits 0 if nothing is "not ok".
#
#   test/interop/image-tools.sh        needs root; a tool that is not installed is skipped
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
main=$(cd "$here/../.." && pwd)/build/cli/main.js
unset NODE_EXTRA_CA_CERTS

if [ "$(id -u)" != 0 ]; then
  echo '1..0 # SKIP image tools are driven as root'
  exit 0
fi
work=$(mktemp -d /tmp/interop-image.XXXXXX) || exit 1
trap 'rm -rf --one-file-system "$work"' EXIT
count=0
failed=0
driven=

# check TITLE COMMAND...: ok if the command succeeds; what it said is shown if it does not.
check() {
  local title=$1
  shift
  count=$((count + 1))
  if "$@" >"$work/output" 2>&1; then
    echo "ok $count - $title"
  else
    failed=$((failed + 1))
    echo "not ok $count - $title"
    sed 's/^/# /' "$work/output"
  fi
}

skip() {
  count=$((count + 1))
  echo "ok $count - $1 # SKIP $2"
}

# What is asked of the tools here: enough to see each kind of example, and no more.
only='--only image.layer --only image.index --only robustness.image.crash'

# drive TOOL: ends within its time, by 0 or 1, and writes results.
drive() {
  # shellcheck disable=SC2086
  timeout -k 2 300 node "$main" image --tool "$1" --cases 5 $only --report tap --report "json=$work/$1.json" --out "$work/$1"
  local status=$?
  [ $status -le 1 ] || { echo "exit status $status"; return 1; }
}

# verdicts TOOL VERDICT: the requirements with that verdict, a line each.
verdicts() {
  node -e '
    const { requirements } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    for (const { id, verdict } of requirements) if (verdict === process.argv[2]) console.log(id);
  ' "$work/$1.json" "$2"
}

none() {
  local found
  found=$(verdicts "$1" "$2") && [ -z "$found" ] || { echo "$found"; return 1; }
}

# reproduces TOOL: what is stored of each finding runs by itself and says how the tool ended.
reproduces() {
  local directory
  for directory in "$work/$1"/failures/*/; do
    sh "$directory/reproduce.sh" </dev/zero >"$work/reproduced" 2>&1
    grep -q '^exit status [0-9]' "$work/reproduced" || { echo "$directory"; cat "$work/reproduced"; return 1; }
    break
  done
}

# found ID: some tool fails it.
found() {
  local tool
  for tool in $driven; do
    verdicts "$tool" fail | grep -qx "$1" && return 0
  done
  echo "no tool of:$driven"
  return 1
}

for tool in umoci skopeo buildah podman ctr; do
  if ! command -v "$tool" >"$work/output"; then
    skip "$tool" 'not installed'
    continue
  fi
  driven="$driven $tool"
  check "$tool is driven to the end" drive "$tool"
  check "$tool: no fault of ours" none "$tool" error
  check "$tool: a finding is reproduced without us" reproduces "$tool"
done

# What Debian 12's versions do: newer ones may have put it right.
sample() {
  case " $driven " in
    *" $1 "*) check "$2" found "$3" ;;
    *) skip "$2" "no $1" ;;
  esac
}
sample buildah 'a whiteout that meets an entry of its own layer' image.layer.whiteout-applies-to-lower-layers-only
sample podman 'an opaque marker at the root that hides nothing' image.layer.opaque-hides-lower-children
sample ctr 'an unknown media type in an index that is an error' image.index.unknown-media-type-no-error
sample umoci 'a panic where layers outnumber diff_ids' robustness.image.crash

echo "1..$count"
[ "$failed" = 0 ]
