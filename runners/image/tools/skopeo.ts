import type { Tool } from "./tool.js";

/** skopeo: copies without unpacking, into a directory and into another layout. */
export const skopeo: Tool = {
  name: "skopeo",
  program: "skopeo",
  version: ["--version"],
  script: [
    'run to-layout "$PROGRAM" --tmpdir "$SCRATCH" copy "oci:$LAYOUT:$REF" "oci:$TARGET/oci:$REF"',
    'run to-dir "$PROGRAM" --tmpdir "$SCRATCH" copy "oci:$LAYOUT:$REF" "dir:$TARGET/dir"',
  ],
  copies: { dir: "$TARGET/dir", layout: "$TARGET/oci" },
  inside: [],
};
