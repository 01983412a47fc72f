# shellcheck shell=bash
# Buildah, which is its containers' monitor itself: run in a working container, commit, and build. Read by run.sh, which
# says what `check` and the others do and sets the variables.
# shellcheck disable=SC2154,SC2016 # the latter: what is in single quotes is for the shell in the container

buildah_tests() {
  local buildah run policy group
  if ! command -v buildah >>errors; then
    skip buildah 'buildah is not installed'
    return
  fi
  mkdir -p buildah
  echo '{"default":[{"type":"insecureAcceptAnything"}]}' >buildah/policy.json
  printf '[containers]\ndefault_ulimits = []\n[engine]\ncgroup_manager = "cgroupfs"\n' >buildah/containers.conf
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' "$work/buildah/root" "$work/buildah/runroot" \
    >buildah/storage.conf
  export CONTAINERS_CONF=$work/buildah/containers.conf CONTAINERS_STORAGE_CONF=$work/buildah/storage.conf
  buildah=(buildah --root "$work/buildah/root" --runroot "$work/buildah/runroot" --storage-driver vfs)
  policy=(--signature-policy "$work/buildah/policy.json")
  # Not only a parent: this is the very group of the container.
  group=(--cgroup-parent "/$tag/buildah")
  run=("${buildah[@]}" run --runtime "$runtime" --isolation oci --network none)

  check 'buildah from makes a working container' 0 'working$' \
    "${buildah[@]}" from "${policy[@]}" "${group[@]}" --name working oci-archive:image.tar || return
  check 'buildah run prints what the command prints' 0 '^hello$' "${run[@]}" working echo hello
  check 'buildah run exits as the command does' 6 '.' "${run[@]}" working sh -c 'exit 6'
  feed 'by stdin'
  check 'buildah run passes stdin on' 0 '^by stdin$' "${run[@]}" working cat
  check_on_tty 'buildah run -t gives a terminal' 0 '/dev/pts/[0-9]+' "${run[@]}" -t working tty
  check 'buildah run --user sets user and group' 0 '^1000 1000$' \
    "${run[@]}" --user 1000:1000 working sh -c 'echo $(id -u) $(id -g)'
  mkdir -p volume
  echo 'from outside' >volume/in
  check 'buildah run -v shows a directory of the host' 0 '^from outside$' \
    "${run[@]}" -v "$work/volume:/volume" working cat /volume/in
  check 'buildah run fails if there is no such command' 1 'absent' "${run[@]}" working /absent
  check 'buildah run takes a global flag of the runtime' 0 '^hello$' \
    "${run[@]}" --runtime-flag "root=$work/buildah/state" working echo hello
  check 'buildah run writes a file' 0 '^$' "${run[@]}" working sh -c 'echo kept >/file'
  check 'buildah run in a later run sees it' 0 '^kept$' "${run[@]}" working cat /file
  check 'buildah commit makes an image' 0 '.' "${buildah[@]}" commit "${policy[@]}" working localhost/committed
  check 'buildah from takes that image' 0 'again$' \
    "${buildah[@]}" from "${policy[@]}" --pull-never "${group[@]}" --name again localhost/committed
  check 'the file is in the image' 0 '^kept$' "${run[@]}" again cat /file
  feed $'FROM localhost/committed\nRUN echo built >/built && cat /built /file'
  check 'buildah build runs commands' 0 $'built\nkept\n' "${buildah[@]}" build "${policy[@]}" --runtime "$runtime" \
    --isolation oci --network none "${group[@]}" --pull-never -t localhost/built -f - "$work/hidden"
  check 'buildah rm removes the working containers' 0 '.' "${buildah[@]}" rm working again
}

buildah_tests
