# shellcheck shell=bash
# Containerd with its shim for runc: a daemon of our own, driven by ctr. Read by run.sh, which says what `check` and the
# others do and sets the variables.
# shellcheck disable=SC2154,SC2016 # the latter: what is in single quotes is for the shell in the container

containerd_tests() {
  local ctr run life limit daemon
  if ! command -v containerd >>errors || ! command -v ctr >>errors ||
    ! command -v containerd-shim-runc-v2 >>errors; then
    skip containerd 'containerd is not installed'
    return
  fi
  mkdir -p containerd
  # Without the parts that would need the network or a directory of the host.
  cat >containerd/config.toml <<END
version = 2
root = "$work/containerd/root"
state = "$work/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
address = "$work/containerd/socket"
[ttrpc]
address = "$work/containerd/socket.ttrpc"
END
  containerd --config containerd/config.toml <empty >containerd/log 2>&1 &
  daemon=$!
  # The namespace becomes a part of the names of the control groups.
  ctr=(ctr --address "$work/containerd/socket" --namespace "$tag")
  if ! check_soon 'containerd starts' 'Server:' "${ctr[@]}" version; then
    tail -n 5 containerd/log | sed 's/^/# /'
    kill "$daemon"
    return
  fi
  # Native copies: overlays may be impossible here.
  run=("${ctr[@]}" run --runc-binary "$runtime" --runc-root "$work/containerd/runtime" --snapshotter native)

  if check 'ctr image import takes the image' 0 'interop' "${ctr[@]}" image import --snapshotter native image.tar; then
    containerd_points
  fi
  kill "$daemon"
}

containerd_points() {
  # One command, from beginning to end.
  check 'ctr run prints what the command prints' 0 '^hello$' "${run[@]}" --rm "$image" once echo hello
  check 'ctr run exits as the command does' 3 '' "${run[@]}" --rm "$image" once sh -c 'exit 3'
  # It never tells of the end of stdin.
  feed 'by stdin'
  check 'ctr run passes stdin on' 0 '^by stdin$' "${run[@]}" --rm "$image" once head -n 1
  check_on_tty 'ctr run -t gives a terminal' 0 '/dev/pts/[0-9]+' "${run[@]}" --rm -t "$image" once tty
  check 'ctr run --env, --cwd and --read-only do so' 0 $'^a b\n/tmp\nro,' "${run[@]}" --rm --env 'X=a b' --cwd /tmp \
    --read-only "$image" once sh -c 'echo "$X"; pwd; grep " / " /proc/mounts | cut -d" " -f4'
  check 'ctr run fails if there is no such command' 1 'absent' "${run[@]}" --rm "$image" once /absent

  # A container in the background. It tells of one signal, and ends at another as it likes.
  life='trap "touch /got-usr1" USR1; trap "exit 5" TERM; touch /up; while :; do sleep 0.1; done'
  limit=()
  ! has_controller memory || limit=(--memory-limit 67108864)
  check 'ctr run -d returns at once' 0 '^$' "${run[@]}" -d "${limit[@]}" "$image" life sh -c "$life"
  if has_controller memory; then
    check 'ctr run --memory-limit limits its memory' 0 '^67108864$' sh -c 'cat "$1" 2>>errors || cat "$2"' - \
      "/sys/fs/cgroup/memory/$tag/life/memory.limit_in_bytes" "/sys/fs/cgroup/$tag/life/memory.max"
  else
    skip 'ctr run --memory-limit limits its memory' 'the host has no control group for memory'
  fi
  check 'ctr task ls shows it as running' 0 'life +[0-9]+ +RUNNING' "${ctr[@]}" task ls
  check 'ctr task ps lists its processes' 0 $'\n[0-9]+ ' "${ctr[@]}" task ps life
  check 'ctr task exec prints what the command prints' 0 '^hello$' "${ctr[@]}" task exec --exec-id one life echo hello
  check 'ctr task exec exits as the command does' 6 '' "${ctr[@]}" task exec --exec-id one life sh -c 'exit 6'
  feed 'by stdin'
  check 'ctr task exec passes stdin on' 0 '^by stdin$' "${ctr[@]}" task exec --exec-id one life cat
  check 'ctr task exec --user and --cwd do so' 0 $'^1000 1000\n/tmp$' \
    "${ctr[@]}" task exec --exec-id one --user 1000:1000 --cwd /tmp life sh -c 'echo $(id -u) $(id -g); pwd'
  check_on_tty 'ctr task exec -t gives a terminal' 0 '/dev/pts/[0-9]+' "${ctr[@]}" task exec --exec-id one -t life tty
  check 'ctr task exec fails if there is no such command' 1 'absent' "${ctr[@]}" task exec --exec-id one life /absent
  check 'ctr task exec -d returns at once' 0 '' "${ctr[@]}" task exec -d --exec-id two life sleep 60
  check 'ctr task kill --exec-id ends that command' 0 '' "${ctr[@]}" task kill -s KILL --exec-id two life
  check 'ctr task delete --exec-id exits as it did' 137 '' "${ctr[@]}" task delete --exec-id two life
  if can_pause; then
    check 'ctr task pause pauses it' 0 '' "${ctr[@]}" task pause life
    check 'ctr task ls shows it as paused' 0 'life +[0-9]+ +PAUSED' "${ctr[@]}" task ls
    check 'ctr task resume resumes it' 0 '' "${ctr[@]}" task resume life
    check 'ctr task ls shows it as running again' 0 'life +[0-9]+ +RUNNING' "${ctr[@]}" task ls
  else
    skip 'ctr task pause and resume' 'the host has no control group for freezing'
  fi
  check 'ctr task metrics finds its control group' 0 'memory' "${ctr[@]}" task metrics life
  check_soon 'the container is up' '^$' "${ctr[@]}" task exec --exec-id look life test -e /up
  check 'ctr task kill -s sends that signal' 0 '' "${ctr[@]}" task kill -s USR1 life
  check_soon 'the container got the signal' '^$' \
    "${ctr[@]}" task exec --exec-id look life test -e /got-usr1
  check 'ctr task kill lets it end' 0 '' "${ctr[@]}" task kill -s TERM life
  check_soon 'ctr task ls shows it as stopped' 'life +[0-9]+ +STOPPED' "${ctr[@]}" task ls
  check 'ctr task kill finds nothing to kill any more' 1 'not found' "${ctr[@]}" task kill -s TERM life
  check 'ctr task delete tells how the command ended' 0 'code 5' "${ctr[@]}" task delete life
  check 'ctr container delete removes it' 0 '' "${ctr[@]}" container delete life

  check 'ctr run -d starts another' 0 '' "${run[@]}" -d "$image" more sh -c 'sleep 60 & sleep 60'
  check 'ctr task kill -a sends the signal to all' 0 '' "${ctr[@]}" task kill -a -s KILL more
  check_soon 'this one, too, stops' 'more +[0-9]+ +STOPPED' "${ctr[@]}" task ls
  check 'ctr task delete tells that it was killed' 0 'code 137' "${ctr[@]}" task delete more
  check 'ctr container delete removes this one, too' 0 '' "${ctr[@]}" container delete more
  check 'ctr run -d starts a third' 0 '' "${run[@]}" -d "$image" last sleep 60
  check 'ctr task delete -f ends and removes it' 0 'code 137' "${ctr[@]}" task delete -f last
  check 'ctr container delete removes the third' 0 '' "${ctr[@]}" container delete last
  check 'ctr container ls shows none any more' 0 '^$' "${ctr[@]}" container ls -q
}

containerd_tests
