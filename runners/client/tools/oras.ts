import type { ClientTool } from "./tool.js";

/** How one host is spoken to, by options that begin with one of these words where there are two. */
const how = (prefix = ""): string =>
  `if [ "$SCHEME" = http ]; then set -- "$@" --${prefix}plain-http; else set -- "$@" --${prefix}ca-file "$CA"; fi`;

/** oras. Tried with 1.3.6. */
export const oras: ClientTool = {
  name: "oras",
  program: "oras",
  version: ["version"],
  keeps: "blobs",
  tls: true,
  credentials: true,
  verbs: {
    pull: ["set --", how("from-"), 'run pull "$PROGRAM" cp "$@" --to-oci-layout "$REF" "$DIR:pulled"'],
    push: ["set --", how("to-"), 'run push "$PROGRAM" cp "$@" --from-oci-layout "$LAYOUT:$TAG" "$REF"'],
    copy: ["set --", how("from-"), how("to-"), 'run copy "$PROGRAM" cp "$@" "$FROM" "$REF"'],
    tags: ["set --", how(), 'run tags "$PROGRAM" repo tags "$@" "$REPO"'],
    referrers: [
      "set --",
      how(),
      '[ -z "$FILTER" ] || set -- "$@" --artifact-type "$FILTER"',
      'run referrers "$PROGRAM" discover --format json "$@" "$REF"',
    ],
    attach: [
      "set --",
      how(),
      'while IFS= read -r LINE; do set -- "$@" --annotation "$LINE"; done < "$ANNOTATIONS"',
      'run attach "$PROGRAM" attach --disable-path-validation --artifact-type "$TYPE" "$@" "$REF" "$FILE"',
    ],
    delete: ["set --", how(), 'run delete "$PROGRAM" manifest delete --force "$@" "$REF"'],
  },
};
