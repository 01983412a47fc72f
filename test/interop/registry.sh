#!/bin/bash
# Shows that real clients can work with the bundled registry: skopeo, podman and buildah push to it and pull from it, without and with
# credentials, and what comes back is what went in. Prints TAP; exits 0 if nothing is "not ok".
#
#   test/interop/registry.sh           needs root for podman and buildah, and no network but the loopback
#
# Everything lies in one directory that is removed at the end; the clients run in a mount and a PID namespace of their own.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
main=$(cd "$here/../.." && pwd)/build/cli/main.js

if [ "${1-}" != --inside ]; then
  if [ "$(id -u)" != 0 ]; then
    echo '1..0 # SKIP podman and buildah have to be run by root'
    exit 0
  fi
  work=$(mktemp -d /tmp/interop-registry.XXXXXX) || exit 1
  trap 'rm -rf --one-file-system "$work"' EXIT
  : >"$work/empty"
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:"$(dirname "$(command -v node)")" HOME="$work/home" \
    TMPDIR="$work" XDG_RUNTIME_DIR="$work/run" LC_ALL=C \
    unshare --mount --pid --fork --kill-child --mount-proc bash "$here/registry.sh" --inside "$work" <"$work/empty"
  exit
fi

work=$2
cd "$work" || exit 1
mkdir home run data layout layout/blobs layout/blobs/sha256 rootfs back tls
count=0
failed=0
# /etc/containers of the host says which registries may be used, and with which policy.
mkdir containers && echo '{"default":[{"type":"insecureAcceptAnything"}]}' >containers/policy.json
[ ! -d /etc/containers ] || mount --bind containers /etc/containers || exit 1

# check TITLE COMMAND...: ok if the command succeeds within a minute.
check() {
  local title=$1
  shift
  count=$((count + 1))
  if timeout -k 2 60 "$@" >output 2>&1; then
    echo "ok $count - $title"
    return 0
  fi
  failed=$((failed + 1))
  echo "not ok $count - $title"
  echo "# $*"
  sed 's/^/# /' output
  return 1
}

refuses() {
  count=$((count + 1))
  local title=$1
  shift
  if timeout -k 2 60 "$@" >output 2>&1; then
    failed=$((failed + 1))
    echo "not ok $count - $title"
  else
    echo "ok $count - $title"
  fi
}

digest() { echo "sha256:$(sha256sum <"$1" | cut -d' ' -f1)"; }

# blob FILE MEDIATYPE: puts FILE into the layout and prints its descriptor.
blob() {
  local sum
  sum=$(digest "$1")
  cp "$1" "layout/blobs/sha256/${sum#sha256:}"
  printf '{"mediaType":"%s","digest":"%s","size":%s}' "$2" "$sum" "$(stat -c %s "$1")"
}

echo 'hello from a layer' >rootfs/hello
tar -C rootfs --numeric-owner -cf layer .
printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s"]},"history":[{"created_by":"tar"}]}' "$(digest layer)" >config
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
  "$(blob config application/vnd.oci.image.config.v1+json)" "$(blob layer application/vnd.oci.image.layer.v1.tar)" >manifest
printf '{"schemaVersion":2,"manifests":[%s]}' "$(blob manifest application/vnd.oci.image.manifest.v1+json)" >layout/index.json
echo '{"imageLayoutVersion":"1.0.0"}' >layout/oci-layout

# serve ARGS...: starts the registry and sets `server` and `address`.
serve() {
  node "$main" serve-registry --dir data --port 0 "$@" >serving 2>serving.err &
  server=$!
  for _ in $(seq 200); do
    address=$(sed -n 's,^listening on https\?://,,p' serving)
    [ -z "$address" ] || return 0
    kill -0 "$server" || break
    sleep 0.05
  done
  echo 'Bail out! the registry does not start'
  sed 's/^/# /' serving.err
  exit 1
}

clients() {
  local plain=$1 credentials=$2 where
  if command -v skopeo >>errors; then
    check "skopeo pushes$plain" skopeo copy --preserve-digests --dest-tls-verify=false ${credentials:+--dest-creds=$credentials} oci:layout "docker://$address/skopeo/image:1"
    check "skopeo inspects$plain" skopeo inspect --tls-verify=false ${credentials:+--creds=$credentials} "docker://$address/skopeo/image:1"
    check "skopeo lists tags$plain" skopeo list-tags --tls-verify=false ${credentials:+--creds=$credentials} "docker://$address/skopeo/image"
    check "skopeo copies between repositories$plain" skopeo copy --src-tls-verify=false --dest-tls-verify=false \
      ${credentials:+--src-creds=$credentials --dest-creds=$credentials} "docker://$address/skopeo/image:1" "docker://$address/skopeo/other:2"
    rm -rf back && check "skopeo pulls$plain" skopeo copy --src-tls-verify=false ${credentials:+--src-creds=$credentials} "docker://$address/skopeo/other:2" dir:back
    check "what skopeo pulled is what it pushed$plain" cmp "layout/blobs/sha256/$(sha256sum <layer | cut -d' ' -f1)" "back/$(sha256sum <layer | cut -d' ' -f1)"
    check "skopeo converts to docker's format on the way$plain" skopeo copy --format v2s2 --src-tls-verify=false --dest-tls-verify=false \
      ${credentials:+--src-creds=$credentials --dest-creds=$credentials} "docker://$address/skopeo/image:1" "docker://$address/skopeo/docker:1"
    check "skopeo deletes$plain" skopeo delete --tls-verify=false ${credentials:+--creds=$credentials} "docker://$address/skopeo/other:2"
    refuses "what was deleted is gone$plain" skopeo inspect --tls-verify=false ${credentials:+--creds=$credentials} "docker://$address/skopeo/other:2"
  fi
  for client in podman buildah; do
    if ! command -v $client >>errors; then continue; fi
    where=(--root "$work/$client" --runroot "$work/$client-run" --storage-driver vfs)
    check "$client pulls$plain" $client "${where[@]}" pull --tls-verify=false ${credentials:+--creds=$credentials} "$address/skopeo/image:1"
    check "$client pushes$plain" $client "${where[@]}" push --tls-verify=false ${credentials:+--creds=$credentials} "$address/skopeo/image:1" "docker://$address/$client/image:1"
    check "$client removes its copy$plain" $client "${where[@]}" rmi "$address/skopeo/image:1"
    check "$client pulls what it pushed$plain" $client "${where[@]}" pull --tls-verify=false ${credentials:+--creds=$credentials} "$address/$client/image:1"
  done
  if command -v buildah >>errors; then
    container=$(buildah --root "$work/buildah" --runroot "$work/buildah-run" --storage-driver vfs from --tls-verify=false ${credentials:+--creds=$credentials} "$address/buildah/image:1")
    mounted=$(buildah --root "$work/buildah" --runroot "$work/buildah-run" --storage-driver vfs mount "$container")
    check "buildah finds the layer's file$plain" cmp rootfs/hello "$mounted/hello"
  fi
}

serve
clients '' ''
kill "$server"
wait "$server"
for auth in basic bearer; do
  rm -rf data podman podman-run buildah buildah-run
  mkdir data
  export OCI_CONFORM_REGISTRY_PASSWORD=secret
  serve --auth "$auth" --user tester
  command -v skopeo >>errors && refuses "without credentials nothing is pushed ($auth)" skopeo copy --dest-tls-verify=false oci:layout "docker://$address/skopeo/image:1"
  clients " with credentials ($auth)" tester:secret
  kill "$server"
  wait "$server"
done
tac /proc/self/mounts | while read -r _ where _; do
  case $where in "$work"/*) umount -l "$where" ;; esac
done
echo "1..$count"
[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
