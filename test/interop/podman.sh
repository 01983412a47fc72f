# shellcheck shell=bash
# Podman, and conmon below it: run, exec, and the life of a container in the background. Read by run.sh, which says what
# `check` and the others do and sets the variables.
# shellcheck disable=SC2154,SC2016 # the latter: what is in single quotes is for the shell in the container

podman_tests() {
  local podman run life out in_host_network
  if ! command -v podman >>errors || ! command -v conmon >>errors; then
    skip podman 'podman is not installed'
    return
  fi
  podman_configuration
  podman=(podman --runtime "$runtime" --root "$work/podman/root" --runroot "$work/podman/runroot"
    --tmpdir "$work/podman/tmp" --storage-driver vfs --cgroup-manager cgroupfs)
  run=("${podman[@]}" run --cgroup-parent "/$tag" --network none)
  in_host_network=("${podman[@]}" run --cgroup-parent "/$tag" --network host)

  check 'podman loads the image' 0 "$image" "${podman[@]}" load -i image.tar || return
  check 'podman info asks the runtime for its version' 0 '[0-9]\.[0-9]' \
    "${podman[@]}" info --format '{{.Host.OCIRuntime.Version}}'

  # One command, from beginning to end.
  check 'podman run prints what the command prints' 0 '^hello$' "${run[@]}" --rm "$image" echo hello
  check 'podman run exits as the command does' 3 '^$' "${run[@]}" --rm "$image" sh -c 'exit 3'
  feed 'by stdin'
  check 'podman run -i passes stdin on' 0 '^by stdin$' "${run[@]}" --rm -i "$image" cat
  check_on_tty 'podman run -t gives a terminal' 0 '/dev/pts/[0-9]+' "${run[@]}" --rm -t "$image" tty
  check_on_tty 'podman run -t exits as the command does' 4 '' "${run[@]}" --rm -t "$image" sh -c 'exit 4'
  check 'podman run -e sets the environment' 0 '^a b$' "${run[@]}" --rm -e 'X=a b' "$image" sh -c 'echo "$X"'
  check 'podman run -w sets the working directory' 0 '^/tmp$' "${run[@]}" --rm -w /tmp "$image" pwd
  check 'podman run --user sets user and group' 0 '^1000 1000$' \
    "${run[@]}" --rm --user 1000:1000 "$image" sh -c 'echo $(id -u) $(id -g)'
  check 'podman run --read-only lets nothing be written' 1 'Read-only file system' \
    "${run[@]}" --rm --read-only "$image" touch /file
  mkdir -p volume
  echo 'from outside' >volume/in
  check 'podman run -v shows a directory of the host' 0 '^from outside$' \
    "${run[@]}" --rm -v "$work/volume:/volume" "$image" sh -c 'cat /volume/in; echo "from inside" >/volume/out'
  out=$(cat volume/out 2>&1)
  judge 'podman run -v writes into it' [ "$out" = 'from inside' ]
  check 'podman run -v ...:ro lets nothing be written into it' 1 'Read-only file system' \
    "${run[@]}" --rm -v "$work/volume:/volume:ro" "$image" touch /volume/file
  check 'podman run --tmpfs mounts one' 0 '^tmpfs$' \
    "${run[@]}" --rm --tmpfs /scratch "$image" sh -c 'grep " /scratch " /proc/mounts | cut -d" " -f3'
  check 'podman run --hostname sets it' 0 '^elsewhere$' "${run[@]}" --rm --hostname elsewhere "$image" hostname
  check 'podman run --cap-drop all leaves none' 0 '^CapEff:.0+$' \
    "${run[@]}" --rm --cap-drop all "$image" grep CapEff /proc/self/status
  # Only down, and both: podman raises the one that is not given, which takes a capability that root need not have.
  check 'podman run --ulimit lowers one' 0 '^64$' \
    "${run[@]}" --rm --ulimit nofile=64:64 --ulimit nproc=1024:1024 "$image" sh -c 'ulimit -n'
  if has_controller memory; then
    check 'podman run --memory limits it' 0 '^67108864$' "${run[@]}" --rm --memory 64m "$image" \
      sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/tmp/errors || cat /sys/fs/cgroup/memory.max'
  else
    skip 'podman run --memory limits it' 'the host has no control group for memory'
  fi
  check 'podman run --network none leaves the loopback' 0 '^lo:$' \
    "${run[@]}" --rm "$image" sh -c 'grep -o "[a-z0-9]*:" /proc/net/dev'
  check 'podman run --network host stays in that of the host' 0 "^$(readlink /proc/self/ns/net | tr '[]' '..')\$" \
    "${in_host_network[@]}" --rm "$image" readlink /proc/self/ns/net
  exec 3<volume/in
  check 'podman run --preserve-fds passes descriptors on' 0 '^from outside$' \
    "${run[@]}" --rm --preserve-fds 1 "$image" cat /proc/self/fd/3
  exec 3<&-
  check 'podman run exits with 127 if there is no such command' 127 '.' "${run[@]}" --rm "$image" /absent
  check 'podman run exits with 126 if the command cannot be executed' 126 '.' "${run[@]}" --rm "$image" /etc

  # A container in the background. It tells of one signal, and ends at another as it likes.
  life='trap "echo got usr1" USR1; trap "exit 5" TERM; echo up; while :; do sleep 0.1; done'
  check 'podman run -d prints an id' 0 '^[0-9a-f]{64}$' "${run[@]}" -d --name life "$image" sh -c "$life"
  check 'podman ps shows it' 0 '^life Up ' "${podman[@]}" ps --format '{{.Names}} {{.Status}}'
  check_soon 'podman logs shows what it prints' '^up$' "${podman[@]}" logs life
  check 'podman exec prints what the command prints' 0 '^hello$' "${podman[@]}" exec life echo hello
  check 'podman exec exits as the command does' 6 '^$' "${podman[@]}" exec life sh -c 'exit 6'
  check 'podman exec sees the processes of the container' 0 'sh -c trap' "${podman[@]}" exec life ps
  check 'podman exec --user sets user and group' 0 '^1000 1000$' \
    "${podman[@]}" exec --user 1000:1000 life sh -c 'echo $(id -u) $(id -g)'
  check 'podman exec -e sets the environment' 0 '^a b$' "${podman[@]}" exec -e 'X=a b' life sh -c 'echo "$X"'
  check 'podman exec -w sets the working directory' 0 '^/tmp$' "${podman[@]}" exec -w /tmp life pwd
  feed 'by stdin'
  check 'podman exec -i passes stdin on' 0 '^by stdin$' "${podman[@]}" exec -i life cat
  check_on_tty 'podman exec -t gives a terminal' 0 '/dev/pts/[0-9]+' "${podman[@]}" exec -t life tty
  check 'podman exec --privileged gives more capabilities' 0 'CapEff:.*[1-9a-f]{6}$' \
    "${podman[@]}" exec --privileged life grep CapEff /proc/self/status
  check 'podman exec exits with 127 if there is no such command' 127 '.' "${podman[@]}" exec life /absent
  check 'podman exec -d returns at once' 0 '^[0-9a-f]{64}$' "${podman[@]}" exec -d life sh -c 'touch /done; sleep 60'
  check_soon 'podman exec -d runs the command' '^$' "${podman[@]}" exec life test -e /done
  check 'podman top lists its processes' 0 'sh -c trap' "${podman[@]}" top life pid args
  if can_pause; then
    check 'podman pause pauses it' 0 '^life$' "${podman[@]}" pause life
    check 'podman ps shows it as paused' 0 '^life [Pp]aused$' \
      "${podman[@]}" ps -a --format '{{.Names}} {{.State}}'
    check 'podman unpause resumes it' 0 '^life$' "${podman[@]}" unpause life
    check 'podman exec works again' 0 '^hello$' "${podman[@]}" exec life echo hello
  else
    skip 'podman pause and unpause' 'the host has no control group for freezing'
  fi
  check 'podman kill -s sends that signal' 0 '^life$' "${podman[@]}" kill -s USR1 life
  check_soon 'the container got the signal' $'\ngot usr1$' "${podman[@]}" logs life
  check 'podman stop lets it end' 0 '^life$' "${podman[@]}" stop -t 10 life
  check 'podman wait tells how the command ended' 0 '^5$' "${podman[@]}" wait life
  check 'podman start starts it again' 0 '^life$' "${podman[@]}" start life
  check 'podman kill ends it' 0 '^life$' "${podman[@]}" kill life
  check 'podman wait tells that it was killed' 0 '^137$' "${podman[@]}" wait life
  check 'podman rm removes it' 0 '^life$' "${podman[@]}" rm life

  check 'podman create makes one' 0 '^[0-9a-f]{64}$' \
    "${podman[@]}" create --cgroup-parent "/$tag" --network none --name later "$image" sleep 60
  check 'podman init lets it wait for its start' 0 '^later$' "${podman[@]}" init later
  check 'podman ps shows it as initialized' 0 '^later [Ii]nitialized$' \
    "${podman[@]}" ps -a --format '{{.Names}} {{.State}}'
  check 'podman start starts it' 0 '^later$' "${podman[@]}" start later
  check 'podman rm -f ends and removes it' 0 '^later$' "${podman[@]}" rm -f -t 0 later
  # There is no process whose end takes the others along: podman wants the signal to go to all.
  check 'podman run --pid host starts one' 0 '^[0-9a-f]{64}$' \
    "${run[@]}" -d --pid host --name shared "$image" sleep 60
  check 'podman stop ends it' 0 '^shared$' "${podman[@]}" stop -t 5 shared
  check 'podman wait tells that it was terminated' 0 '^143$' "${podman[@]}" wait shared
  check 'podman rm removes this, too' 0 '^shared$' "${podman[@]}" rm shared
  check 'podman ps -a shows none any more' 0 '^$' "${podman[@]}" ps -aq
}

# In place of all of the host's. Podman asks for errors as JSON only from runtimes that it has in a list.
podman_configuration() {
  mkdir -p podman home/.config/containers
  echo '{"default":[{"type":"insecureAcceptAnything"}]}' >home/.config/containers/policy.json
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' "$work/podman/root" "$work/podman/runroot" \
    >podman/storage.conf
  cat >podman/containers.conf <<END
[containers]
default_ulimits = []
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime_supports_json = ["crun", "runc", "${runtime##*/}"]
[network]
network_config_dir = "$work/podman/networks"
END
  export CONTAINERS_CONF=$work/podman/containers.conf CONTAINERS_STORAGE_CONF=$work/podman/storage.conf
}

podman_tests
