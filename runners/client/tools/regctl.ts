import type { ClientTool } from "./tool.js";

/** Each host without TLS has to be named; whom to trust stands in its environment. */
const HOSTS = [
  "set --",
  'for PLACE in "$REF" "$FROM"; do [ "$SCHEME" = https ] || [ -z "$PLACE" ] || set -- "$@" --host "reg=$(echo "$PLACE" | cut -d/ -f1),tls=disabled"; done',
];

/** regctl of regclient. Tried with 0.11.7. */
export const regctl: ClientTool = {
  name: "regctl",
  program: "regctl",
  version: ["version", "--format", "regctl {{.VCSTag}}"],
  keeps: "blobs",
  tls: true,
  credentials: true,
  verbs: {
    pull: [...HOSTS, 'run pull "$PROGRAM" image copy "$@" "$REF" "ocidir://$DIR:pulled"'],
    push: [...HOSTS, 'run push "$PROGRAM" image copy "$@" "ocidir://$LAYOUT:$TAG" "$REF"'],
    "push-chunks": [
      ...HOSTS,
      'HOST=$(echo "$REF" | cut -d/ -f1)',
      'run set "$PROGRAM" registry set --skip-check --blob-chunk "$CHUNK" --blob-max "$CHUNK" "$HOST"',
      'run push-chunks "$PROGRAM" image copy "$@" "ocidir://$LAYOUT:$TAG" "$REF"',
    ],
    copy: [...HOSTS, 'run copy "$PROGRAM" image copy "$@" "$FROM" "$REF"'],
    tags: [...HOSTS, 'run tags "$PROGRAM" tag ls "$@" "$REPO"'],
    referrers: [
      ...HOSTS,
      '[ -z "$FILTER" ] || set -- "$@" --filter-artifact-type "$FILTER"',
      'run referrers "$PROGRAM" artifact list --format "{{jsonPretty .}}" "$@" "$REF"',
    ],
    attach: [
      ...HOSTS,
      'while IFS= read -r LINE; do set -- "$@" --annotation "$LINE"; done < "$ANNOTATIONS"',
      'run attach "$PROGRAM" artifact put --artifact-type "$TYPE" --file "$FILE" "$@" --subject "$REF"',
    ],
    delete: [...HOSTS, 'run delete "$PROGRAM" manifest delete --referrers "$@" "$REF"'],
  },
};
