import type { ClientTool } from "./tool.js";

const STORE = '--root "$STORE/storage" --runroot "$STORE/run" --tmpdir "$STORE/tmp" --storage-driver overlay --cgroup-manager cgroupfs';
const PODMAN = `"$PROGRAM" ${STORE} --events-backend none`;

/** podman, with a store of its own: what it pulls it unpacks, so only valid images can be pulled. Tried with Debian's 4.3.1. */
export const podman: ClientTool = {
  name: "podman",
  program: "podman",
  version: ["--version"],
  keeps: "manifests",
  tls: true,
  credentials: true,
  verbs: {
    pull: [`run pull ${PODMAN} pull --quiet "--tls-verify=$VERIFY" "$REF"`],
    push: [
      `run load ${PODMAN} pull --quiet "oci:$LAYOUT:$TAG"`,
      `run push ${PODMAN} push --quiet "--tls-verify=$VERIFY" "$(tail -n 1 "$OUT/load.stdout")" "docker://$REF"`,
    ],
  },
};
