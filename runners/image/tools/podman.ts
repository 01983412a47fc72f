import type { Tool } from "./tool.js";

const STORE =
  '--root "$TARGET/storage" --runroot "$TARGET/run" --tmpdir "$TARGET/tmp" --storage-driver overlay --cgroup-manager cgroupfs --events-backend none';

/** podman: takes the image into its store, makes a container of it, and mounts it. */
export const podman: Tool = {
  name: "podman",
  program: "podman",
  version: ["--version"],
  script: [
    `run pull "$PROGRAM" ${STORE} pull --quiet "oci:$LAYOUT:$REF"`,
    `run create "$PROGRAM" ${STORE} create --name tested --network none --user 0 "$(tail -n 1 "$OUT/pull.stdout")" /command`,
    `run mount "$PROGRAM" ${STORE} mount tested`,
    'ROOTFS=$(cat "$OUT/mount.stdout")',
  ],
  inside: ["*/diff/*", "*/merged/*"],
};
