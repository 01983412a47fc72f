import type { ClientTool } from "./tool.js";

const DAEMON = [
  'printf \'version = 2\\nroot = "%s"\\nstate = "%s"\\ndisabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]\\n[grpc]\\naddress = "%s"\\n\' "$STORE/root" "$W/state" "$W/socket" > "$W/containerd.toml"',
  'daemon "$W/socket" containerd --config "$W/containerd.toml"',
  // It speaks to loopback addresses without TLS unless it is told otherwise for each.
  'HOST=$(echo "$REF" | cut -d/ -f1)',
  'mkdir -p "$W/hosts/$HOST"',
  'printf \'[host."https://%s"]\\ncapabilities = ["pull", "resolve", "push"]\\nca = "%s"\\n\' "$HOST" "$CA" > "$W/hosts/$HOST/hosts.toml"',
  '[ "$SCHEME" = http ] && set -- --plain-http || set -- --hosts-dir "$W/hosts"',
  '[ -z "$USERNAME" ] || set -- "$@" --user "$USERNAME:$PASSWORD"',
];

const CTR = '"$PROGRAM" --address "$W/socket"';

/** containerd by ctr: a daemon of its own, whose content store keeps what is pulled as it came. Tried with Debian's 1.6.20. */
export const ctr: ClientTool = {
  name: "ctr",
  program: "ctr",
  needs: ["containerd"],
  version: ["--version"],
  keeps: "blobs",
  tls: true,
  credentials: true,
  verbs: {
    pull: [...DAEMON, `run pull ${CTR} content fetch --all-platforms "$@" "$REF"`],
    push: [
      ...DAEMON,
      'tar -C "$LAYOUT" -cf "$SCRATCH/image.tar" .',
      `run load ${CTR} images import --no-unpack --all-platforms --digests --base-name localhost/loaded "$SCRATCH/image.tar"`,
      `run push ${CTR} images push "$@" "$REF" "localhost/loaded:$TAG"`,
    ],
  },
};
