import type { Limits } from "../commands.js";
import { quoted } from "../shell.js";
import { TAG } from "./case.js";
import { CANARIES, CANARY_TEXT, LEFT, WORK } from "./script.js";
import type { Tool } from "./tools/tool.js";

/** The programs that a script needs besides the tool's own. */
const NEEDED = ["unshare", "mount", "find", "timeout"];

/** How a tree is listed: kind, mode, owner, size, time and name. */
export const LISTING = "kind mode owner size time path";

const list = (directory: string): string =>
  `(cd ${directory} && find . -printf "%y %m %U:%G %s %T@ %p -> %l\\n" | sed "s/ -> $//" | sort -k 6)`;

/** The commands that run in the namespaces: what the harness does, with everything shown as it happens. */
const inside = (tool: Tool, { timeoutMs, memoryKiB }: Limits): string => `
mount -t tmpfs -o mode=755 tmpfs /run
W=${WORK}
LAYOUT=$W/layout TARGET=$W/t/u/v OUT=$W/out SCRATCH=$W/scratch REF=${TAG} ROOTFS= STATUS=0
mkdir -p "$TARGET" "$OUT" "$SCRATCH" "$W/home/.config/containers" ${CANARIES.map((canary) => `${canary}/directory`).join(" ")}
for canary in ${CANARIES.join(" ")}; do printf ${CANARY_TEXT} > "$canary/file"; done
cp -r "$HERE/layout" "$LAYOUT"
for place in /tmp /var/tmp /dev/shm; do mount -t tmpfs tmpfs "$place"; done
while read -r _ place _; do
  case $place in /run | /tmp | /var/tmp | /dev | /dev/* | /proc | /proc/* | /sys | /sys/*) ;; *) mount -o remount,bind,ro "$place" ;; esac
done < /proc/self/mounts
export HOME=$W/home TMPDIR=$SCRATCH XDG_RUNTIME_DIR=$SCRATCH LC_ALL=C.UTF-8
printf "%s" "{\\"default\\":[{\\"type\\":\\"insecureAcceptAnything\\"}]}" > "$HOME/.config/containers/policy.json"
PROGRAM=$(command -v ${quoted(tool.program)})
: > "$W/empty"
cd "$W"
run() {
  name=$1
  shift
  echo "+ $*"
  saw before
  ( ulimit -v ${memoryKiB}; exec timeout -k 2 ${timeoutMs / 1000} "$@" ) < "$W/empty" > "$OUT/$name.stdout" 2> "$OUT/$name.stderr"
  STATUS=$?
  cat "$OUT/$name.stdout" "$OUT/$name.stderr"
  echo "exit status $STATUS"
  echo "$STATUS" > "$OUT/$name.status"
  [ "$STATUS" = 0 ] || { leftovers > "$W/left"; sed 's/^/left behind: /' "$W/left"; emit; exit "$STATUS"; }
}
${LEFT}daemon() {
  SOCKET=$1
  shift
  echo "+ $* &"
  "$@" < "$W/empty" > "$W/daemon.log" 2>&1 &
  for _ in $(seq 500); do [ -S "$SOCKET" ] && return; sleep 0.02; done
  cat "$W/daemon.log"
  exit 2
}
emit() {
  for canary in ${CANARIES.join(" ")}; do
    [ "$(find "$canary" | wc -l)" = 3 ] && [ "$(cat "$canary/file")" = ${CANARY_TEXT} ] || { echo "changed outside of the target: $canary"; find "$canary"; }
  done
  [ "$STATUS" != 0 ] || [ -z "$ROOTFS" ] || { echo "= the tree: ${LISTING}"; ${list('"$ROOTFS"')}; }
${Object.entries(tool.copies ?? {})
  .map(
    ([name, directory]) => `  [ ! -f "$OUT/to-${name}.status" ] || [ "$(cat "$OUT/to-${name}.status")" != 0 ] || {
    echo "= the copy to ${name}"
    (cd "${directory}" && find . -type f -exec sha256sum {} + && grep -rlI '"data"[[:space:]]*:' . | sed 's/$/ has data in it/')
  }`,
  )
  .join("\n")}
${tool.copies ? `  echo "= the layout"; (cd "$LAYOUT" && find . -type f -exec sha256sum {} +)` : ""}
${tool.runtimeConfig ? `  [ ! -f "${tool.runtimeConfig}" ] || { echo "= config.json"; cat "${tool.runtimeConfig}"; }` : ""}
}
${tool.script.join("\n")}
emit`;

/** A shell script that does with the stored layout what the harness did, without the harness. */
export const reproduceScript = (tool: Tool, limits: Limits, words: readonly string[]): string => `#!/bin/sh
${words
  .flatMap((text) => text.split("\n"))
  .map((line) => `# ${line}`.trimEnd())
  .join("\n")}
#
# Needs root and ${[tool.program, ...NEEDED].join(", ")}; nothing of oci-conform. Prints the tool's words and exit status, and what it
# made of layout/. Nothing outside changes: all happens in namespaces of its own, where every file system is read-only but those in memory.
set -u
[ "$(id -u)" = 0 ] || { echo "reproduce.sh: run this as root" >&2; exit 64; }
for program in ${[quoted(tool.program), ...NEEDED].join(" ")}; do
  command -v "$program" > /dev/null || { echo "reproduce.sh: $program is not installed" >&2; exit 64; }
done
HERE=$(readlink -f "$(dirname "$0")")
export HERE
exec unshare --mount --pid --fork --kill-child --mount-proc --propagation private sh -u -c ${quoted(inside(tool, limits))}
`;
