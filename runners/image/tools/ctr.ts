import type { Tool } from "./tool.js";

/** containerd by ctr: a daemon of its own, import, and mount of a snapshot. */
export const ctr: Tool = {
  name: "ctr",
  program: "ctr",
  version: ["--version"],
  script: [
    'printf \'version = 2\\nroot = "%s"\\nstate = "%s"\\ndisabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]\\n[grpc]\\naddress = "%s"\\n\' "$TARGET/root" "$TARGET/state" "$TARGET/socket" > "$OUT/../containerd.toml"',
    'containerd --config "$OUT/../containerd.toml" < "$EMPTY" > "$OUT/containerd.stdout" 2> "$OUT/containerd.stderr" &',
    "DAEMON=$!",
    // The daemon makes its socket when it is ready; it ends when it cannot.
    'until [ -S "$TARGET/socket" ]; do kill -0 "$DAEMON" 2> "$EMPTY.err" || { STATUS=1; emit; exit; }; done',
    'tar -C "$LAYOUT" -cf "$SCRATCH/image.tar" .',
    'run import "$PROGRAM" --address "$TARGET/socket" images import --base-name localhost/oci-conform --digests "$SCRATCH/image.tar"',
    'mkdir "$TARGET/rootfs"',
    'run mount "$PROGRAM" --address "$TARGET/socket" images mount "localhost/oci-conform:$REF" "$TARGET/rootfs"',
    "ROOTFS=$TARGET/rootfs",
  ],
  inside: ["*/fs/*", "*/v/rootfs/*"],
};
