import type { ClientTool } from "./tool.js";

/** What of the daemon nobody needs who fetches and pushes: it starts for each case. */
const DISABLED = [
  ...["grpc.v1.cri", "internal.v1.opt", "internal.v1.restart", "internal.v1.tracing", "tracing.processor.v1.otlp", "monitor.v1.cgroups"],
  ...["runtime.v1.linux", "runtime.v2.task", ...["aufs", "btrfs", "zfs", "devmapper"].map((name) => `snapshotter.v1.${name}`)],
]
  .map((name) => `"io.containerd.${name}"`)
  .join(", ");

const DAEMON = [
  `printf 'version = 2\\nroot = "%s"\\nstate = "%s"\\ndisabled_plugins = [%s]\\n[grpc]\\naddress = "%s"\\n' "$STORE/root" "$W/state" '${DISABLED}' "$W/socket" > "$W/containerd.toml"`,
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
