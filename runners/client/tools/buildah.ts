import type { ClientTool } from "./tool.js";

const BUILDAH = '"$PROGRAM" --root "$STORE/storage" --runroot "$STORE/run" --storage-driver overlay';

/** buildah, with a store of its own: what it pulls it unpacks, so only valid images can be pulled. Tried with Debian's 1.28.2. */
export const buildah: ClientTool = {
  name: "buildah",
  program: "buildah",
  version: ["--version"],
  keeps: "manifests",
  tls: true,
  credentials: true,
  verbs: {
    pull: [`run pull ${BUILDAH} pull --quiet "--tls-verify=$VERIFY" "docker://$REF"`],
    push: [
      `run load ${BUILDAH} pull --quiet "oci:$LAYOUT:$TAG"`,
      `run push ${BUILDAH} push --quiet "--tls-verify=$VERIFY" "$(tail -n 1 "$OUT/load.stdout")" "docker://$REF"`,
    ],
  },
};
