#!/bin/bash
# Shows that real clients can work with an OCI runtime: podman, buildah and containerd drive RUNTIME through the
# ordinary life of containers, and their users' view of it is judged. Prints TAP; exits 0 if nothing is "not ok".
#
#   test/interop/run.sh RUNTIME        RUNTIME: path of the binary, spelled like runc on its command line; needs root
#
# No network, no configuration of the host: the image is made from the host's static busybox, and everything that the
# clients store lies in one directory that is removed at the end. The clients run in a mount and a PID namespace of
# their own, so that nothing that they mount or start outlives this script.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The outer half: makes the directory and the namespaces, waits, and clears up.

outside() {
  if [ $# -ne 1 ] || [ ! -f "$1" ] || [ ! -x "$1" ]; then
    echo "usage: ${0##*/} RUNTIME (the path of an executable)" >&2
    exit 64
  fi
  runtime=$(cd "$(dirname "$1")" && pwd)/${1##*/}
  if [ "$(id -u)" != 0 ]; then
    echo '1..0 # SKIP the clients have to be run by root'
    exit 0
  fi

  # Always in /tmp: paths of sockets have to be short, and /run gets covered below. No set of the host's variables
  # goes in, since clients take options from many.
  work=$(mktemp -d /tmp/interop.XXXXXX) || exit 1
  inner=
  trap clear_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  : >"$work/empty"
  # As a job: what a script merely puts into the background has to ignore interrupts, and would pass that on.
  set -m
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$work/home" TMPDIR="$work/tmp" \
    XDG_RUNTIME_DIR="$work/run" LC_ALL=C TERM=xterm \
    unshare --mount --pid --fork --kill-child --mount-proc \
    bash "$here/run.sh" --inside "$work" "$runtime" <"$work/empty" &
  inner=$!
  set +m
  wait "$inner"
  inner=

  if ! read -r count failed null_inside <"$work/result" 2>"$work/errors"; then
    echo 'Bail out! the tests did not come to their end'
    exit 1
  fi
  # What the clients saw as /dev/null was a node of their own; a runtime that gives its stdio away spoils that one.
  count=$((count + 1))
  null_outside=$(describe_null)
  if [ "$null_inside" = "$null_sound" ] && [ "$null_outside" = "$null_sound" ]; then
    echo "ok $count - /dev/null is as it was"
  else
    echo "not ok $count - /dev/null is as it was"
    echo "# seen by the clients: $null_inside"
    echo "# on the host: $null_outside"
    failed=$((failed + 1))
  fi
  echo "1..$count"
  [ "$failed" -eq 0 ]
  exit
}

null_sound=character_special_file,1:3,root:root,666

describe_null() {
  stat -c '%F,%t:%T,%U:%G,%a' /dev/null | tr ' ' _
}

# Ends the inner half if it still runs (its PID namespace, and so every process in it, dies with it), then removes the
# directory and the control groups that carry its name. The kernel takes a moment for the last processes, and does not
# end what is frozen.
clear_up() {
  local try group
  trap '' HUP INT TERM
  exec 2>>"$work/errors"
  if [ -n "$inner" ]; then
    kill -KILL "$inner"
    wait "$inner"
  fi
  for ((try = 0; try < 50; try++)); do
    for group in $(groups_of_ours); do
      [ ! -e "$group/freezer.state" ] || echo THAWED >"$group/freezer.state"
      rmdir "$group"
    done
    [ -n "$(groups_of_ours)" ] || break
    sleep 0.1
  done
  rm -rf --one-file-system "$work"
}

groups_of_ours() {
  find /sys/fs/cgroup -depth -type d -path "*/${work##*/}*"
}

# The inner half: hides what the clients must neither see nor change, then runs their tests.

inside() {
  work=$1
  runtime=$2
  # shellcheck disable=SC2034 # for the clients' files: names what they put beside the directory
  tag=${work##*/}
  count=0
  failed=0
  cd "$work" || exit 1
  mkdir dev run home tmp hidden

  # On a host with both versions of control groups some runtimes take the mere presence of the second for its use.
  if [ -d /sys/fs/cgroup/unified ] && mountpoint -q /sys/fs/cgroup/unified; then
    umount /sys/fs/cgroup/unified || exit 1
  fi
  # Runtimes keep their state in /run, and shims their sockets, wherever else one tells the clients to store theirs.
  mount --bind run /run || exit 1
  # Not the host's, in case that the runtime changes the owner of what it gets as stdio. On a tmpfs: /tmp may be nodev.
  mount -t tmpfs -o mode=755 tmpfs dev && mknod -m 666 dev/null c 1 3 && mount --bind dev/null /dev/null || exit 1
  if [ -d /etc/containers ]; then
    mount --bind hidden /etc/containers || exit 1
  fi
  [ -x "$runtime" ] || exit 1

  if make_image; then
    for client in podman buildah containerd; do
      # shellcheck source=/dev/null
      . "$here/$client.sh"
    done
  else
    skip 'podman, buildah and containerd' 'there is no static busybox to make an image of'
  fi

  # Whatever the clients left mounted.
  tac /proc/self/mounts | while read -r _ where _; do
    case $where in "$work"/*) [ "$where" = "$work/dev" ] || umount -l "$where" ;; esac
  done 2>>errors
  echo "$count $failed $(describe_null)" >result
}

# image.tar: an OCI layout with one layer, busybox and two users.
make_image() {
  command -v busybox >>errors || return 1
  mkdir -p rootfs/{bin,dev,etc,proc,sys,root,run,tmp} layout/blobs/sha256
  chmod 1777 rootfs/tmp
  cp "$(command -v busybox)" rootfs/bin/busybox
  # One that needs shared libraries cannot run in there.
  chroot rootfs /bin/busybox --install -s /bin 2>>errors || return 1
  printf '%s\n' root:x:0:0:root:/root:/bin/sh user:x:1000:1000:user:/tmp:/bin/sh >rootfs/etc/passwd
  printf '%s\n' root:x:0: user:x:1000: >rootfs/etc/group

  image=localhost/interop:1
  tar -C rootfs --numeric-owner -cf layer .
  printf '{"architecture":"%s","os":"linux","config":{"Cmd":["/bin/sh"],"Env":["PATH=/bin"]},
    "rootfs":{"type":"layers","diff_ids":["%s"]},"history":[{"created_by":"busybox"}]}' \
    "$(architecture)" "$(digest layer)" >config
  printf '{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}' \
    application/vnd.oci.image.manifest.v1+json \
    "$(blob config application/vnd.oci.image.config.v1+json)" \
    "$(blob layer application/vnd.oci.image.layer.v1.tar)" >manifest
  # containerd and podman look for the name under different keys.
  printf '{"schemaVersion":2,"manifests":[%s]}' "$(blob manifest application/vnd.oci.image.manifest.v1+json \
    ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"$image\",\"io.containerd.image.name\":\"$image\"}")" \
    >layout/index.json
  echo '{"imageLayoutVersion":"1.0.0"}' >layout/oci-layout
  tar -C layout -cf image.tar .
}

architecture() {
  case $(uname -m) in x86_64) echo amd64 ;; aarch64) echo arm64 ;; *) uname -m ;; esac
}

digest() {
  echo "sha256:$(sha256sum <"$1" | cut -d' ' -f1)"
}

# blob FILE MEDIATYPE [MORE]: puts FILE into the layout and prints its descriptor.
blob() {
  local sum
  sum=$(digest "$1")
  cp "$1" "layout/blobs/sha256/${sum#sha256:}"
  printf '{"mediaType":"%s","digest":"%s","size":%s%s}' "$2" "$sum" "$(stat -c %s "$1")" "${3-}"
}

# What the clients' files are written in.

# judge TITLE COMMAND...: one test point, ok if COMMAND (a shell's builtin or function) succeeds.
judge() {
  local title=$1
  shift
  count=$((count + 1))
  if "$@"; then
    echo "ok $count - $title"
    return 0
  fi
  failed=$((failed + 1))
  echo "not ok $count - $title"
  return 1
}

skip() {
  count=$((count + 1))
  echo "ok $count - $1 # SKIP $2"
}

# check TITLE STATUS WANTED COMMAND...: one test point, ok if COMMAND exits with STATUS within 30 seconds, and WANTED,
# an extended regular expression, matches what it wrote to stdout and stderr without the last line's end. Its stdin is
# the file "input", which is empty unless `feed` has filled it.
check() {
  local title=$1 status=$2 wanted=$3
  shift 3
  attempt "$@"
  conclude "$@"
}

# check_soon TITLE WANTED COMMAND...: as check with status 0, but COMMAND is repeated for five seconds until it agrees.
check_soon() {
  local title=$1 status=0 wanted=$2 deadline=$((SECONDS + 5))
  shift 2
  attempt "$@"
  while ! agrees && [ "$SECONDS" -lt "$deadline" ]; do
    sleep 0.1
    attempt "$@"
  done
  conclude "$@"
}

attempt() {
  [ -e input ] || : >input
  # Into a file: whatever kept a pipe open would keep us waiting.
  timeout -k 2 30 "$@" <input >output 2>&1
  got=$?
  rm -f input
  output=$(tr -d '\r\000' <output)
}

agrees() {
  [ "$got" = "$status" ] && [[ $output =~ $wanted ]]
}

conclude() {
  judge "$title" agrees && return
  echo "# $*" | sed '2,$s/^/# /'
  [ "$got" != 124 ] && [ "$got" != 137 ] || echo '# (perhaps for taking longer than 30 seconds)'
  echo "# exit code $got, wanted $status; wanted output: $wanted" | sed '2,$s/^/# /'
  echo "# ${output//$'\n'/$'\n'# }"
  return 1
}

# check_on_tty: as check, but COMMAND gets a terminal.
check_on_tty() {
  local title=$1 status=$2 wanted=$3 line
  shift 3
  printf -v line '%q ' "$@"
  check "$title" "$status" "$wanted" script -qec "$line" typescript
}

feed() {
  printf '%s\n' "$1" >input
}

# has_controller NAME: true if the host lets one limit NAME by control groups.
has_controller() {
  [ -d "/sys/fs/cgroup/$1" ] || grep -qsw "$1" /sys/fs/cgroup/cgroup.controllers
}

# The second version's freezer is part of every group.
can_pause() {
  [ -d /sys/fs/cgroup/freezer ] || [ -e /sys/fs/cgroup/cgroup.controllers ]
}

case ${1-} in
--inside)
  shift
  inside "$@"
  ;;
*) outside "$@" ;;
esac
