import { quote } from "../runtime/reproduce.js";
import { TAG } from "./case.js";
import type { Tool } from "./tools/tool.js";

/** Where everything happens in the sandbox: a file system in memory. */
export const WORK = "/run/oci-conform/image";

/** Directories with a canary: each one above the target, so that `..` meets one, and the one that absolute links name. */
export const CANARIES = [`${WORK}/canary`, `${WORK}/t/canary`, `${WORK}/t/u/canary`, `${WORK}/t/u/v/canary`] as const;

/** What a canary's file holds. */
export const CANARY_TEXT = "untouched";

/** Places of the host that are shown writable, with what is written in memory: who writes there shall succeed and be seen. */
const SHADOWED = ["/etc", "/root", "/home", "/opt", "/srv", "/usr/local"];

export interface Limits {
  /** Of one command, in milliseconds. */
  readonly timeoutMs: number;
  /** Of a command's address space, in KiB. */
  readonly memoryKiB: number;
}

/** What makes the place: a file system of limited size, canaries, and a home with a policy that takes any image. */
const PREPARE = (tool: Tool): string => `
set -u
umask 022
PATH=\${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}
W=${WORK}
mkdir -p "$W"
mount -t tmpfs -o size=512m,mode=755 tmpfs "$W"
LAYOUT=$W/layout TARGET=$W/t/u/v OUT=$W/out SCRATCH=$W/scratch EMPTY=$W/empty REF=${TAG} ROOTFS=
mkdir -p "$TARGET" "$OUT" "$SCRATCH" "$W/over" "$W/home/.config/containers" ${CANARIES.join(" ")}
: > "$EMPTY"
for canary in ${CANARIES.join(" ")}; do
  printf ${CANARY_TEXT} > "$canary/file"
  mkdir "$canary/directory"
done
for place in ${SHADOWED.join(" ")}; do
  [ -d "$place" ] || continue
  name=$(echo "$place" | tr / _)
  mkdir -p "$W/over/$name" "$W/work/$name"
  mount -t overlay -o "lowerdir=$place,upperdir=$W/over/$name,workdir=$W/work/$name" overlay "$place" 2> "$EMPTY.err"
done
HOME=$W/home TMPDIR=$SCRATCH XDG_RUNTIME_DIR=$W/scratch LC_ALL=C.UTF-8
export PATH HOME TMPDIR XDG_RUNTIME_DIR LC_ALL LAYOUT TARGET REF
unset NODE_EXTRA_CA_CERTS NODE_OPTIONS
printf '{"default":[{"type":"insecureAcceptAnything"}]}' > "$HOME/.config/containers/policy.json"
AGENT=/run/oci-conform/agent
PROGRAM=$(command -v ${quote(tool.program)})
cd "$W"
`;

/** Runs a command within its limits; a failure ends the case. */
const RUN = ({ timeoutMs, memoryKiB }: Limits): string => `
run() {
  name=$1
  shift
  ( ulimit -v ${memoryKiB}; ulimit -c 0; exec timeout -k 2 ${timeoutMs / 1000} "$@" ) < "$EMPTY" > "$OUT/$name.stdout" 2> "$OUT/$name.stderr"
  STATUS=$?
  echo "$STATUS" > "$OUT/$name.status"
  echo "$name" >> "$OUT/steps"
  [ "$STATUS" = 0 ] || { emit; exit; }
}
`;

/** Prints everything that was seen, each part after a line with its name and length. */
const EMIT = (tool: Tool): string => `
part() { printf '\\n=%s %s\\n' "$1" "$(stat -c %s "$2")"; cat "$2"; }
emit() {
  if [ "$STATUS" = 0 ] && [ -n "$ROOTFS" ]; then "$AGENT" tree "$ROOTFS" > "$OUT/tree" 2> "$OUT/tree.stderr"; fi
${Object.entries(tool.copies ?? {})
  .map(
    ([name, directory]) => `  if [ "$STATUS" = 0 ] && [ -d "${directory}" ]; then "$AGENT" tree "${directory}" > "$OUT/copy.${name}"; fi`,
  )
  .join("\n")}
${tool.runtimeConfig ? `  [ -f "${tool.runtimeConfig}" ] && cp "${tool.runtimeConfig}" "$OUT/config.json"` : ""}
  "$AGENT" xattrs "$SCRATCH" > "$OUT/xattrs"
  number=0
  for canary in ${CANARIES.join(" ")}; do
    "$AGENT" tree "$canary" > "$OUT/canary.$number" 2>&1
    number=$((number + 1))
  done
  # Where /tmp is an overlay, what was written there lies below /run; its lower part is the host's, and may be large.
  places="/run /dev"
  for place in /tmp /var/tmp; do [ "$(stat -f -c %T "$place")" = tmpfs ] && places="$places $place"; done
  find $places -name 'oci-conform-escaped*' ${tool.inside.map((pattern) => `! -path ${quote(pattern)}`).join(" ")} > "$OUT/escaped" 2> "$EMPTY.err"
  for file in "$OUT"/*.stdout "$OUT"/*.stderr; do
    [ -f "$file" ] && head -c 65536 "$file" > "$file.short" && mv "$file.short" "$file"
  done
  for file in "$OUT"/*; do part "\${file##*/}" "$file"; done
}
`;

/** A place with a name that every tool can read: some take no capital letters in paths, and messages stay the same. */
const PLACE = 'mkdir "$LAYOUT" && mount --bind "$GIVEN" "$LAYOUT"';

/** The shell program that carries a tool's commands out on a layout, inside a sandbox; `layout` is a shell word. */
export const program = (tool: Tool, layout: string, limits: Limits): string =>
  [PREPARE(tool), RUN(limits), EMIT(tool), "STATUS=0", `GIVEN=${layout}`, PLACE, ...tool.script, "emit", ""].join("\n");
