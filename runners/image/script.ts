import { type Limits, running } from "../commands.js";
import { quoted } from "../shell.js";
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

/** Ample for what any case needs; Go's runtime reserves far more address space than it uses. */
export const DEFAULT_LIMITS: Limits = { timeoutMs: 30_000, memoryKiB: 8 << 20 };

/** The name of a place's upper layer: `_usr_local`. */
const overlayName = (place: string): string => place.replaceAll("/", "_");

/** Steps of `agent place`: a file system of limited size, canaries, a home with a policy that takes any image, and layers over the host's places. */
const STEPS: readonly (readonly string[])[] = [
  ["dir", WORK],
  ["mount", "tmpfs", WORK, "tmpfs", "size=512m,mode=755"],
  ...["layout", "t/u/v", "out", "scratch", "home/.config/containers"].map((path) => ["dir", `${WORK}/${path}`]),
  ["file", `${WORK}/empty`, ""],
  ["file", `${WORK}/home/.config/containers/policy.json`, '{"default":[{"type":"insecureAcceptAnything"}]}'],
  ...CANARIES.flatMap((canary) => [
    ["dir", `${canary}/directory`],
    ["file", `${canary}/file`, CANARY_TEXT],
  ]),
  ...SHADOWED.flatMap((place) => {
    const [over, work] = [`${WORK}/over/${overlayName(place)}`, `${WORK}/work/${overlayName(place)}`];
    return [
      ["dir", over],
      ["dir", work],
      ["try", `oci-conform${overlayName(place)}`, place, "overlay", `lowerdir=${place},upperdir=${over},workdir=${work}`],
    ];
  }),
];

/** What makes the place, with the layout in it by a name that every tool can read: some take no capital letters in paths, and messages stay the same. */
const PREPARE = (tool: Tool, layout: string): string => `
set -u
umask 022
PATH=\${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}
W=${WORK}
LAYOUT=$W/layout TARGET=$W/t/u/v OUT=$W/out NOTES=$W/out SCRATCH=$W/scratch EMPTY=$W/empty REF=${TAG} ROOTFS=
AGENT=/run/oci-conform/agent
"$AGENT" place ${STEPS.flat().map(quoted).join(" ")} mount ${layout} "$LAYOUT" bind "" || exit
HOME=$W/home TMPDIR=$SCRATCH XDG_RUNTIME_DIR=$W/scratch LC_ALL=C.UTF-8
export PATH HOME TMPDIR XDG_RUNTIME_DIR LC_ALL LAYOUT TARGET REF
unset NODE_EXTRA_CA_CERTS NODE_OPTIONS
PROGRAM=$(command -v ${quoted(tool.program)})
cd "$W"
`;

/**
 * What is mounted, and what runs without a parent, this shell left out. Lists are split by the shell, since its `read` takes one byte at a time.
 * A directory mounted on itself shows nothing new: stores make theirs private so, for as long as they are used.
 * `leftovers` prints what was not there before a command; a process that is about to end has a moment.
 */
export const LEFT = `saw() { cat /proc/self/mountinfo /proc/[0-9]*/stat > "$W/$1.saw" 2> "$W/empty.err"; }
left() {
  lines=$(cat "$W/$1.saw")
  set -f
  IFS='
'
  set -- "$1" $lines
  now=$1
  shift
  for line do
    IFS=' '
    case $line in
      [0-9]*' ('*)
        set -- \${line##*) }
        case "$2 $1 \${line%% *}" in *" Z "* | *" $$") ;; "1 "*) echo "process \${line%% *}" ;; esac ;;
      *)
        set -- $line
        case $5 in *"\${4%/}") [ "$4" = / ] || continue ;; esac
        echo "$5 is mounted" ;;
    esac
  done > "$W/$now.unsorted"
  unset IFS
  set +f
  sort "$W/$now.unsorted" > "$W/$now"
}
leftovers() {
  left before
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    saw after
    left after
    comm -13 "$W/before" "$W/after" > "$W/new"
    [ -s "$W/new" ] || return
    sleep 0.1
  done
  while read -r what process; do
    case $what in
      process)
        words=$(tr '\\000' ' ' 2> "$W/empty.err" < "/proc/$process/cmdline")
        echo "\${words% } runs as process $process" ;;
      *) echo "$what $process" ;;
    esac
  done < "$W/new"
}
`;

/** What a tool leaves behind that refuses an image. */
const WATCHED = { limited: "addresses", before: "saw before", refused: 'leftovers > "$OUT/leftovers"' } as const;

/** Prints everything that was seen: a line with size and name for each part, an empty one, and then the parts themselves. */
const EMIT = (tool: Tool): string => `
emit() {
  if [ "$STATUS" = 0 ] && [ -n "$ROOTFS" ]; then "$AGENT" tree "$ROOTFS" > "$OUT/tree" 2> "$OUT/tree.stderr"; fi
${Object.entries(tool.copies ?? {})
  .map(
    ([name, directory]) => `  if [ -d "${directory}" ] && [ "$(cat "$OUT/to-${name}.status" 2> "$EMPTY.err")" = 0 ]; then
    "$AGENT" tree "${directory}" > "$OUT/copy.${name}"
    (cd "${directory}" && grep -rlI '"data"[[:space:]]*:' .) > "$OUT/embedded.${name}"
  fi`,
  )
  .join("\n")}
  "$AGENT" powers "$SCRATCH" > "$OUT/powers"
  "$AGENT" tree ${CANARIES.join(" ")} > "$OUT/canaries"
  "$AGENT" named oci-conform-escaped /run /dev /tmp /var/tmp ${tool.inside.map((pattern) => `! ${quoted(pattern)}`).join(" ")} > "$OUT/escaped"
  "$AGENT" parts "$OUT" daemon.stderr "$W/daemon.stderr"${tool.runtimeConfig ? ` config.json "${tool.runtimeConfig}"` : ""}
}
`;

/** The shell program that carries a tool's commands out on a layout, inside a sandbox; `layout` is a shell word. */
export const program = (tool: Tool, layout: string, limits: Limits): string =>
  [PREPARE(tool, layout), LEFT, running(limits, WATCHED), EMIT(tool), "STATUS=0", ...tool.script, "emit", ""].join("\n");
