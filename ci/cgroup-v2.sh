#!/bin/bash
# Runs the runtime suite where cgroup v2 is the only hierarchy, whatever the host has: in a kernel of Debian's
# user-mode-linux (apt install user-mode-linux), with the host's file tree as a read-only root. Needs `npm run build` first.
#
#   ci/cgroup-v2.sh [--out DIR] [--timeout SECONDS] [-- ARGS...]
#   ci/cgroup-v2.sh --check
#
# ARGS go to `oci-conform runtime`, such as `--bin /usr/bin/crun --only runtime.memory`; without them it runs
# against what it bundles. DIR (default: a new temporary directory) gets report.json, report.tap, report.xml, failing cases
# under cases/, and boot.log. It is the only thing of the host's that is written to.
#
# Exits as the suite does: 0, 1 for findings, 64 for bad use. 2: there was no result (no user-mode-linux, no boot, a crash,
# or the time limit of 600 seconds), or the suite's own 2. Works as root and as an ordinary user, and without a terminal.
#
# --check only boots: 0 if that works, else 2 with the reason. User-mode-linux of 2023 and before kills its first process where the
# processor has more registers than it knows (AMX).
set -u
repository=$(cd "$(dirname "$0")/.." && pwd -P)
out='' limit=600 check=''

no_result() {
  echo "cgroup-v2.sh: $1" >&2
  exit 2
}
bad_use() {
  echo "cgroup-v2.sh: $1; usage: ci/cgroup-v2.sh [--check] [--out DIR] [--timeout SECONDS] [-- ARGS...]" >&2
  exit 64
}

while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    --check) check=yes limit=60; shift ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --out | --timeout)
      [ $# -ge 2 ] && [ -n "$2" ] || bad_use "$1 wants a value"
      if [ "$1" = --out ]; then out=$2; else limit=$2; fi
      shift 2 ;;
    *) bad_use "$1: what is that? The suite's own arguments go after --" ;;
  esac
done
[[ $limit =~ ^[1-9][0-9]*$ ]] || bad_use "--timeout $limit: not a number of seconds"

uml=$(command -v linux.uml || command -v linux) || no_result "no user-mode-linux on this host (apt install user-mode-linux)"
[ -f "$repository/build/cli/main.js" ] || no_result "$repository/build/cli/main.js is missing (npm run build)"
command -v node >/dev/null || no_result "no node in PATH"

# What is only needed for a check goes with it.
passing=''
if [ -n "$out" ]; then mkdir -p "$out"; else out=$(mktemp -d "${TMPDIR:-/tmp}/oci-conform-v2.XXXXXX") && passing=${check:+$out}; fi ||
  no_result "cannot make $out"
out=$(cd "$out" && pwd -P) || no_result "cannot enter $out"
[ -w "$out" ] || no_result "cannot write to $out"
# The kernel's command line knows no escape for it, and hostfs splits its options at commas.
case $repository$out in *[\",]*) bad_use "a path with a quote or a comma cannot be given to the kernel: $repository, $out" ;; esac
# Nothing of an earlier run may be taken for a result of this one.
rm -f "$out/exit-code" "$out"/report.{json,tap,xml}

# Not in TMPDIR: the path has to be short, for there will be a socket in it.
scratch=$(mktemp -d /tmp/oci-conform-uml.XXXXXX) || no_result "cannot make a temporary directory"
# A kernel that was killed leaves helpers in its process group, and its own process id in a file.
reap() {
  kernel=''
  [ ! -s "$scratch/oci-conform/pid" ] || kill -KILL -- "-$(cat "$scratch/oci-conform/pid")" 2>/dev/null
}
stop() {
  trap '' INT TERM HUP
  [ -z "$kernel" ] || { kill "$kernel" && wait "$kernel" 2>/dev/null; reap; }
  no_result interrupted
}
kernel=''
trap 'rm -rf "$scratch" "$out/.command" ${passing:+"$passing"}' EXIT
trap stop INT TERM HUP
# Only a terminal is shown progress.
columns=''
[ ! -t 1 ] || columns=$(stty size </dev/tty | cut -d ' ' -f 2)
# The init reads this: the command line of a kernel is too short, and knows too little of quoting, for arguments.
printf 'PATH=%q\nrepository=%q\nout=%q\ncolumns=%q\ncheck=%q\nset --' "$PATH" "$repository" "$out" "$columns" "$check" >"$out/.command"
[ $# -eq 0 ] || printf ' %q' "$@" >>"$out/.command"
# A disk, so that there is something for the io controller to limit.
truncate -s 64M "$scratch/disk"

# The console is this script's own output, by way of cat, lest the kernel makes a terminal of ours raw. What the kernel itself
# says goes to boot.log. The limit is enforced from outside: a kernel that hangs cannot do it.
mkfifo "$scratch/console"
cat "$scratch/console" &
console=$!
timeout -k 5 "$limit" "$uml" mem=1G quiet loglevel=3 stderr=1 console=stderr0 panic=-1 noreboot uml_dir="$scratch" umid=oci-conform \
  root=/dev/root rootfstype=hostfs ro "\"init=$repository/ci/cgroup-v2-init.sh\"" "\"oci_conform_out=$out\"" \
  ubd0="$scratch/disk" con=null con0=null,fd:3 </dev/null 3>"$scratch/console" >"$out/boot.log" 2>&1 &
kernel=$!
# Bash has its own word for a child that was killed.
wait "$kernel" 2>/dev/null
ended=$?
reap
wait "$console"

if [ -z "$check" ]; then echo "results: $out"; fi
if [ -s "$out/exit-code" ]; then exit "$(cat "$out/exit-code")"; fi
[ "$SECONDS" -lt "$limit" ] || no_result "stopped after $limit seconds without a result (--timeout)"
no_result "user-mode-linux ended (exit code $ended) without a result; its last words: $(grep -a 'panic - ' "$out/boot.log" || tail -n 1 "$out/boot.log")"
