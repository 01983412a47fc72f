import { type Limits, running } from "../commands.js";
import { quoted } from "../shell.js";

/** Where everything of a case is, in the sandbox: a file system in memory, of limited size. */
export const WORK = "/run/oci-conform/client";

/** Paths that the lines of a tool name, as shell variables (`ClientTool`). */
export const PATHS = {
  LAYOUT: `${WORK}/layout`,
  DIR: `${WORK}/pulled`,
  STORE: `${WORK}/store`,
  FILE: `${WORK}/artifact`,
  ANNOTATIONS: `${WORK}/annotations`,
  CA: `${WORK}/ca.pem`,
  OUT: `${WORK}/out`,
  NOTES: `${WORK}/notes`,
  SCRATCH: `${WORK}/scratch`,
} as const;

export const HOME = `${WORK}/home`;

/** What a shell program carries out, and how. */
export interface Given {
  /** What the lines name. */
  readonly words: Readonly<Record<string, string>>;
  /** Whether the words are in the tool's environment, too: commands that somebody gave are read by a shell of their own. */
  readonly exported: boolean;
  readonly lines: readonly string[];
  /** Where commands are run. */
  readonly directory: string;
  readonly limits: Limits;
}

/** The shell program that carries out lines, in a mount namespace of its own where places are to be hidden by the list of mounts. */
export const program = ({ words, exported, lines, directory, limits }: Given): string =>
  `set -u
umask 022
W=${WORK} EMPTY=${WORK}/empty STATUS=0 DAEMON=
${exported ? "set -a" : ""}
${Object.entries(words)
  .map(([name, value]) => `${name}=${quoted(value)}`)
  .join("\n")}
set +a
mount -a -T "$W/fstab" || exit 125
cd ${quoted(directory)} || exit 125
${running(limits, { limited: "data" })}
# What a daemon says at its end belongs to the command that it failed.
emit() {
  [ -n "$DAEMON" ] || return 0
  kill -0 "$DAEMON" 2> "$EMPTY.err" && return
  [ ! -f "$NOTES/steps" ] || tail -c 4000 "$W/daemon.stderr" >> "$OUT/$(tail -n 1 "$NOTES/steps").stderr"
  return 0
}
${lines.join("\n")}
emit
`;
