import type { ClientTool } from "./tool.js";

/** skopeo, as it copies by default; an index with all that it leads to. Tried with Debian's 1.9.3. */
export const skopeo: ClientTool = {
  name: "skopeo",
  program: "skopeo",
  version: ["--version"],
  keeps: "blobs",
  tls: true,
  credentials: true,
  verbs: {
    pull: ['run pull "$PROGRAM" copy --all "--src-tls-verify=$VERIFY" "docker://$REF" "oci:$DIR:pulled"'],
    push: ['run push "$PROGRAM" copy --all "--dest-tls-verify=$VERIFY" "oci:$LAYOUT:$TAG" "docker://$REF"'],
    copy: ['run copy "$PROGRAM" copy --all "--src-tls-verify=$VERIFY" "--dest-tls-verify=$VERIFY" "docker://$FROM" "docker://$REF"'],
    tags: ['run tags "$PROGRAM" list-tags "--tls-verify=$VERIFY" "docker://$REPO"'],
    delete: ['run delete "$PROGRAM" delete "--tls-verify=$VERIFY" "docker://$REF"'],
  },
};
