import type { Tool } from "./tool.js";

/** umoci: unpacks into a runtime bundle. */
export const umoci: Tool = {
  name: "umoci",
  program: "umoci",
  version: ["--version"],
  script: ['run unpack "$PROGRAM" unpack --image "$LAYOUT:$REF" "$TARGET/bundle"', "ROOTFS=$TARGET/bundle/rootfs"],
  runtimeConfig: "$TARGET/bundle/config.json",
  inside: ["*/bundle/rootfs/*"],
};
