import { quoted } from "../shell.js";
import type { RuntimeCase } from "./case.js";
import type { Action, SandboxOptions } from "./protocol.js";
import { compile, type Driver } from "./script.js";

const octal = (mode: number): string => mode.toString(8).padStart(4, "0");

/** The worker's `@{pid0}` and `@{cgroup0:memory}` as shell variables. */
const variables = (text: string): string =>
  quoted(text).replaceAll(/@\{([a-z0-9]+)(?::([^}]*))?\}/g, (_, name: string, controller: string | undefined) =>
    controller === undefined ? `'"$${name}"'` : `'"$(cgroup_of "$${name.replace("cgroup", "pid")}" ${quoted(controller)})"'`,
  );

const chown = (action: { readonly path: string; readonly uid: number; readonly gid: number }): string =>
  action.uid === 0 && action.gid === 0 ? "" : ` && chown -h ${action.uid}:${action.gid} ${quoted(action.path)}`;

function hereDocument(path: string, content: string): string {
  if (content === "") return `: > ${quoted(path)}`;
  if (content.includes("\0")) return `printf '%b' ${quoted(content.replaceAll("\\", "\\\\").replaceAll("\0", "\\0000"))} > ${quoted(path)}`;
  let end = "EOF";
  while (content.split("\n").includes(end)) end += "_";
  return content.endsWith("\n") ? `cat > ${quoted(path)} <<'${end}'\n${content}${end}` : `printf '%s' ${quoted(content)} > ${quoted(path)}`;
}

/** One primitive action as lines of shell; undefined for those that only make sense to the worker. */
function shell(action: Action, driver: Driver): string | undefined {
  switch (action.do) {
    case "mkdir":
      return `mkdir -p ${quoted(action.path)} && chmod ${octal(action.mode)} ${quoted(action.path)}${chown(action)}`;
    case "file":
      return `${hereDocument(action.path, action.content)}\nchmod ${octal(action.mode)} ${quoted(action.path)}${chown(action)}`;
    case "agent":
      return `cp "$AGENT" ${quoted(action.path)} && chmod ${octal(action.mode)} ${quoted(action.path)}${chown(action)}`;
    case "symlink":
      return `ln -s ${quoted(action.target)} ${quoted(action.path)}`;
    case "node": {
      if (action.type === "s")
        return `"$AGENT" do socket ${quoted(action.path)} && chmod ${octal(action.mode)} ${quoted(action.path)}${chown(action)}`;
      const numbers = action.type === "p" ? "" : ` ${action.major} ${action.minor}`;
      return `mknod -m ${octal(action.mode)} ${quoted(action.path)} ${action.type}${numbers}${chown(action)}`;
    }
    case "mount":
      return `"$AGENT" do mount ${[action.source, action.target, action.type, String(action.flags), action.data].map(quoted).join(" ")}`;
    case "namespace":
      return `"$AGENT" do namespace ${quoted(action.type)} ${quoted(action.path)}`;
    case "interface":
      return `"$AGENT" do interface ${interfaceArguments(action).map(quoted).join(" ")}`;
    case "cgroup":
      return `"$AGENT" do cgroup ${quoted(action.path)}`;
    case "console":
      return `"$AGENT" console ${quoted(action.path)} >> "$OUTPUT.${action.slot}" 2>&1 &\nwait_until [ -S ${quoted(action.path)} ]`;
    case "seccomp-agent":
      return `"$AGENT" do seccomp-agent ${quoted(action.path)} ${action.errno} &\nwait_until [ -S ${quoted(action.path)} ]`;
    case "run": {
      const nulls = action.nulls ?? "";
      const place = action.cwd === "/" ? "" : `cd ${quoted(action.cwd)} && `;
      const mask = action.umask === 0o022 ? "" : `umask ${octal(action.umask)} && `;
      const words = action.argv.slice(driver.argv.length).map(quoted).join(" ");
      const command = `${quotedSome(place + mask)}"$RUNTIME"${quoted(` ${words}`)}`;
      const output = action.slot < 0 ? "-" : `"$OUTPUT.${action.slot}"`;
      return `run ${output} ${command}${nulls === "" ? "" : ` ${nulls}`}${action.background === "" ? "" : ' &\nstarted="$started $!"'}`;
    }
    case "join":
      return action.key === "p0" ? "wait $started\nstarted=" : undefined;
    case "set":
      return `${action.name}=$(cat ${quoted(action.path)} 2>&1) || echo "no PID file"`;
    case "ask-pid": {
      const words = action.argv.slice(driver.argv.length).map(quoted).join(" ");
      const pid = String.raw`s/.*"pid"[[:space:]]*:[[:space:]]*\([0-9]*\).*/\1/p`;
      return `${action.name}=$(sh -c "$RUNTIME"${quoted(` ${words}`)} < /run/oci-conform/input | tr '\\n' ' ' | sed -n '${pid}')`;
    }
    case "report":
      return `mkfifo -m 0666 ${quoted(action.path)}\nexec 9<> ${quoted(action.path)}\ncat <&9 >> "$OUTPUT.${action.slot}" 9<&- &\nexec 9<&-`;
    case "read":
      return `show ${variables(action.path)}`;
    case "readlink":
      return `echo "$(readlink ${variables(action.path)})"`;
    case "write":
      return `printf %s ${quoted(action.data)} > ${variables(action.path)}`;
    case "stat":
      return `stat ${quoted(action.path)}`;
    case "await-exit":
      return `wait_until gone ${variables(action.pid)}`;
    case "await-line":
      return `wait_until reported ${variables(action.pid)} "$OUTPUT.${action.slot}"`;
    default:
      return undefined;
  }
}

const interfaceArguments = (action: Extract<Action, { do: "interface" }>): string[] => [
  action.name,
  ...(action.up ? ["--up"] : []),
  ...(action.mtu === undefined ? [] : ["--mtu", String(action.mtu)]),
  ...(action.alternativeNames === undefined ? [] : ["--names", action.alternativeNames.join(" ")]),
  ...action.addresses,
];

const quotedSome = (text: string): string => (text === "" ? "" : quoted(text));

/** Actions as lines of shell, in order; those that only make sense to the worker are left out. */
export const shellOf = (actions: readonly Action[], driver: Driver): string[] =>
  actions.map((action) => shell(action, driver)).filter((line) => line !== undefined);

/** How the script has to be called, for the report of a finding. */
export interface ReproduceOptions {
  readonly title: string;
  readonly requirement: string;
  readonly expected: string;
  readonly driver: Driver;
  readonly view: SandboxOptions["cgroup"];
}

/**
 * A shell script that does the same as the worker did for a case, in the same kind of sandbox. It needs the runtime and
 * the agent, and nothing else of the harness.
 */
export function reproduceScript(testCase: RuntimeCase, options: ReproduceOptions): string {
  const script = compile(testCase, options.driver);
  const comment = (text: string): string =>
    text
      .split("\n")
      .map((line) => `# ${line}`.trimEnd())
      .join("\n");
  const prepare = shellOf(script.prepare, options.driver);
  const steps = testCase.steps.flatMap((step, at) => [
    `echo "--- step ${at + 1}: ${step.op}"`,
    ...shellOf(script.steps[at] ?? [], options.driver),
  ]);
  return `#!/bin/sh
${comment(options.title)}
#
${comment(options.requirement)}
${comment(`Expected: ${options.expected}`)}
#
# AGENT is oci-conform's agent (build/agent), RUNTIME the runtime's command with its own arguments. The first part
# enters a sandbox (private mount, PID, network and cgroup namespaces, writable only in memory), the second does the
# steps in it.
if [ -z "\${IN_SANDBOX-}" ]; then
  AGENT=\${AGENT:-$(command -v agent)}
  [ -x "$AGENT" ] || { echo "set AGENT to oci-conform's agent (build/agent)" >&2; exit 64; }
  DEFAULT_RUNTIME=${quoted(options.driver.argv.map(quoted).join(" "))}
  IN_SANDBOX=1 RUNTIME=\${RUNTIME:-$DEFAULT_RUNTIME}
  export IN_SANDBOX RUNTIME
  # The sandbox has a /run of its own: what lies there must be shown to it.
  set -- "$(readlink -f "$0")"
  for path in "$1" "$(command -v "\${RUNTIME%% *}")"; do
    case $path in /run/* | /var/run/*) set -- "$@" --expose "$path" ;; esac
  done
  self=$1
  shift
  exec "$AGENT" sandbox --cgroup ${options.view} --cgroup-name "oci-conform-$$-reproduce" "$@" -- sh "$self"
fi
AGENT=/run/oci-conform/agent
OUTPUT=/run/oci-conform/output
TIME_LIMIT=${Math.ceil(options.driver.timeoutMs / 1000)}
started=
for file in /run/oci-conform/input ${testCase.containers.map((_, at) => `"$OUTPUT.${at}"`).join(" ")}; do : > "$file"; done
run() { # FILE COMMAND [NULLS]: the container keeps the streams of create, which are a file or /dev/null; others write here (-)
  echo "+ $2"
  in=/run/oci-conform/input out=$1 err=$1
  case "\${3-}" in *0*) in=/dev/null ;; esac
  case "\${3-}" in *1*) out=/dev/null ;; esac
  case "\${3-}" in *2*) err=/dev/null ;; esac
  if [ "$1" = - ]; then timeout -s KILL "$TIME_LIMIT" sh -c "$2" < /run/oci-conform/input 2>&1
  else timeout -s KILL "$TIME_LIMIT" sh -c "$2" < "$in" >> "$out" 2>> "$err"; fi
  echo "  exit status $?"
}
around() { # what is beside the containers: type, mode, owner, device, size
  find /run/oci-conform/case /dev -xdev ! -path '*/rootfs/*' ! -path '/run/oci-conform/case/hooks/*' -exec stat -c '%N: %F, mode %a, owner %u:%g, %t:%T, %s' {} + | sort
}
gone() { [ -z "$1" ] || [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
reported() { grep -qs "$(printf '\\036')probe " "$2" || gone "$1"; }
wait_until() { # COMMAND…
  end=$(($(date +%s) + TIME_LIMIT + 1))
  until "$@"; do [ "$(date +%s)" -lt "$end" ] || { echo "  not within $TIME_LIMIT s: $*"; return; }; done
}
show() { echo "$1:"; cat "$1"; }
cgroup_of() { # PID CONTROLLER: the directory of the process's cgroup; no controller: cgroup v2
  if [ -z "$2" ]; then
    for mount in /sys/fs/cgroup/unified /sys/fs/cgroup; do [ -e "$mount/cgroup.controllers" ] && echo "$mount$(sed -n 's/^0:://p' "/proc/$1/cgroup")" && return; done
  else
    echo "/sys/fs/cgroup/$2$(sed -n "s/^[0-9]*:[^:]*\\b$2\\b[^:]*://p" "/proc/$1/cgroup")"
  fi
}
mkdir -p /run/oci-conform/case
${prepare.join("\n")}
around > /run/oci-conform/before
${steps.join("\n")}
echo "--- what changed beside the containers (but for PID files)"
around | diff /run/oci-conform/before - | grep -v 'case/pid[0-9]* '
echo "--- output of create and the container"
cat "$OUTPUT".*
`;
}
