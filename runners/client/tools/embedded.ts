import type { ClientTool } from "./tool.js";

const PROGRAM = '"$PROGRAM"';

/**
 * The bundled client (`reference-client/`), perhaps with more arguments, such as `--fault=NAME`. It runs in the harness's process; the lines say
 * what it would be called with, without its options for hosts and credentials.
 */
export const embedded = (more: readonly string[] = []): ClientTool => ({
  name: "embedded",
  program: "oci-client",
  version: ["--version"],
  embedded: true,
  ...(more.length > 0 ? { arguments: more } : {}),
  keeps: "blobs",
  tls: true,
  credentials: true,
  proxy: true,
  verbs: {
    pull: [`run pull ${PROGRAM} pull "$REF" "$DIR"`],
    push: [`run push ${PROGRAM} push "$LAYOUT" "$REF" --tag "$TAG"`],
    "push-chunks": [`run push-chunks ${PROGRAM} push "$LAYOUT" "$REF" --tag "$TAG" --chunk "$CHUNK"`],
    "push-single": [`run push-single ${PROGRAM} push "$LAYOUT" "$REF" --tag "$TAG" --single`],
    copy: [`run copy ${PROGRAM} copy "$FROM" "$REF"`],
    tags: [`run tags ${PROGRAM} tags "$REPO"`],
    referrers: [`run referrers ${PROGRAM} referrers "$REF" \${FILTER:+--type "$FILTER"}`],
    attach: [`run attach ${PROGRAM} attach "$REF" "$FILE" --type "$TYPE"`],
    delete: [`run delete ${PROGRAM} delete "$REF"`],
  },
});
