import type { ClientTool } from "./tool.js";

/** Whether it may do without TLS; whom to trust stands in its environment. */
const INSECURE = 'set -- ; [ "$SCHEME" = https ] || set -- --insecure';

/** crane of go-containerregistry. Tried with 0.22.1. */
export const crane: ClientTool = {
  name: "crane",
  program: "crane",
  version: ["version"],
  keeps: "blobs",
  tls: true,
  credentials: true,
  verbs: {
    pull: [INSECURE, 'run pull "$PROGRAM" pull --format=oci "$@" "$REF" "$DIR"'],
    push: [INSECURE, 'run push "$PROGRAM" push "$@" "$LAYOUT" "$REF"'],
    copy: [INSECURE, 'run copy "$PROGRAM" copy "$@" "$FROM" "$REF"'],
    tags: [INSECURE, 'run tags "$PROGRAM" ls "$@" "$REPO"'],
    delete: [INSECURE, 'run delete "$PROGRAM" delete "$@" "$REF"'],
  },
};
