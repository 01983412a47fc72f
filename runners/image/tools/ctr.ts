import type { Tool } from "./tool.js";

/** containerd by ctr: a daemon of its own, import, and mount of a snapshot. */
export const ctr: Tool = {
  name: "ctr",
  program: "ctr",
  needs: ["containerd"],
  version: ["--version"],
  script: [
    'printf \'version = 2\\nroot = "%s"\\nstate = "%s"\\ndisabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]\\n[grpc]\\naddress = "%s"\\n\' "$TARGET/root" "$TARGET/state" "$TARGET/socket" > "$W/containerd.toml"',
    'daemon "$TARGET/socket" containerd --config "$W/containerd.toml"',
    'tar -C "$LAYOUT" -cf "$SCRATCH/image.tar" .',
    'run import "$PROGRAM" --address "$TARGET/socket" images import --base-name localhost/oci-conform "$SCRATCH/image.tar"',
    'mkdir "$TARGET/rootfs"',
    'run mount "$PROGRAM" --address "$TARGET/socket" images mount "localhost/oci-conform:$REF" "$TARGET/rootfs"',
    "ROOTFS=$TARGET/rootfs",
  ],
  inside: ["*/fs/*", "*/v/rootfs/*"],
};
