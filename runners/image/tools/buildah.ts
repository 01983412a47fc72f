import type { Tool } from "./tool.js";

const STORE = '--root "$TARGET/storage" --runroot "$TARGET/run" --storage-driver overlay';

/** buildah: makes a working container of the image, and mounts it. */
export const buildah: Tool = {
  name: "buildah",
  program: "buildah",
  version: ["--version"],
  script: [
    `run from "$PROGRAM" ${STORE} from --quiet --name tested "oci:$LAYOUT:$REF"`,
    `run mount "$PROGRAM" ${STORE} mount tested`,
    'ROOTFS=$(cat "$OUT/mount.stdout")',
  ],
  inside: ["*/diff/*", "*/merged/*"],
};
