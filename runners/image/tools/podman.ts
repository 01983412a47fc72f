import type { Tool } from "./tool.js";

const STORE =
  '--root "$TARGET/storage" --runroot "$TARGET/run" --tmpdir "$TARGET/tmp" --storage-driver overlay --cgroup-manager cgroupfs --events-backend none';

/** podman: takes the image into its store, and mounts it there. */
export const podman: Tool = {
  name: "podman",
  program: "podman",
  version: ["--version"],
  script: [
    `run pull "$PROGRAM" ${STORE} pull --quiet "oci:$LAYOUT:$REF"`,
    `run mount "$PROGRAM" ${STORE} image mount "$(tail -n 1 "$OUT/pull.stdout")"`,
    'ROOTFS=$(cat "$OUT/mount.stdout")',
  ],
  inside: ["*/diff/*", "*/merged/*"],
};
