import { fileURLToPath } from "node:url";
import { HOSTS, type Host } from "../../reference-registry/behaviours/behaviour.js";
import { quoted } from "../shell.js";
import { type Answer, answersOf } from "./answers.js";
import type { ClientCase } from "./case.js";
import { type Addresses, filledCase } from "./fill.js";
import { writeImageLayout } from "./layout.js";
import type { ClientObservation } from "./observation.js";
import { type Scene, sceneOf } from "./scene.js";
import type { ClientTool } from "./tools/tool.js";

/**
 * Answers each request as it was answered before: the answers of the same request in their order, the last one for all that come after it. What is
 * sent may have another digest than it had: two uploads change places, an artifact is of another time; then the answer's headers get this one.
 */
const SERVER = `
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
const [answersFile, work, ...hosts] = process.argv.slice(2);
const queues = new Map();
for (const answer of JSON.parse(readFileSync(answersFile, "utf8"))) {
  const key = [answer.host, answer.method, answer.target].join(" ");
  queues.set(key, [...(queues.get(key) ?? []), answer]);
}
const HEX = /(?<=sha256(?::|%3A))[0-9a-f]{64}/gi;
const hexIn = (target) => target.match(HEX)?.[0] ?? "";
const alike = (host, method, target) => {
  if (method === "GET" || method === "HEAD") return undefined;
  const same = ([key]) => key.replace(HEX, "") === [host, method, target].join(" ").replace(HEX, "");
  const [found] = [...queues].find(same)?.[1] ?? [];
  if (!found) return undefined;
  const headers = found.headers.map(([name, value]) => [name, value.replaceAll(hexIn(found.target), hexIn(target))]);
  return [{ ...found, headers }];
};
const bodyOf = ({ text, base64, unknown }) =>
  text !== undefined ? Buffer.from(text) : base64 !== undefined ? Buffer.from(base64, "base64") : Buffer.alloc(unknown ?? 0);
function give(host, request, response) {
  const queue = queues.get([host, request.method, request.url].join(" ")) ?? alike(host, request.method, request.url) ?? [];
  const answer = queue.length > 1 ? queue.shift() : queue[0];
  const told = answer ? answer.status || "no answer" : "404: this request was not recorded";
  const note = answer?.unknown === undefined ? "" : " (zeroes in place of " + answer.unknown + " bytes that were not kept)";
  appendFileSync(work + "/exchanges", host + ": " + request.method + " " + request.url + " → " + told + note + "\\n");
  if (!answer) return response.writeHead(404).end();
  if (answer.status === 0) return answer.ends === "stalls" || request.socket.destroy();
  response.sendDate = false;
  response.writeHead(answer.status, answer.headers.flat());
  const body = request.method === "HEAD" ? Buffer.alloc(0) : bodyOf(answer);
  if (answer.ends === undefined) return response.end(body);
  if (answer.ends === "closes") return response.end(body, () => request.socket.destroySoon());
  if (answer.ends === "breaks") return response.write(body, () => request.socket.destroySoon());
  response.flushHeaders();
  response.write(body);
  if (answer.ends === "stalls") return undefined;
  const more = () => {
    while (!response.destroyed && response.write(body.length > 0 ? body : Buffer.alloc(65536)));
    if (!response.destroyed) response.once("drain", more);
  };
  return more();
}
let waiting = hosts.length;
for (const each of hosts) {
  const [host, scheme, address, port] = each.split(",");
  const tls = scheme === "https" ? { cert: readFileSync(work + "/ca.pem"), key: readFileSync(work + "/key.pem") } : undefined;
  const listener = (request, response) => request.resume().on("end", () => give(host, request, response));
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(Number(port), address, () => --waiting === 0 && writeFileSync(work + "/ready", ""));
}
`;

/** Where the bundled client is: the only one that is no program of its own. */
const BUNDLED = fileURLToPath(new URL("../../reference-client/main.js", import.meta.url));

/** How the program is found: the bundled client gets its options for hosts, which an adapter's lines have themselves. */
function programLines({ program, embedded, arguments: more = [] }: ClientTool): readonly string[] {
  if (!embedded) return [`PROGRAM=$(command -v ${quoted(program)}) || { echo "reproduce.sh: ${program} is not installed" >&2; exit 64; }`];
  return [
    `CLIENT=\${CLIENT:-${quoted(BUNDLED)}}`,
    "PROGRAM=$W/oci-client",
    `cat > "$PROGRAM" << END`,
    "#!/bin/sh",
    `[ "$SCHEME" = https ] && set -- "\\$@" --ca "$CA" || set -- "\\$@" --plain-http`,
    `[ -z "$PROXY" ] || set -- "\\$@" --proxy "$PROXY"`,
    `[ ! -f "$HOME/.docker/config.json" ] || set -- "\\$@" --config "$HOME/.docker"`,
    `exec node "$CLIENT" "\\$@"${more.map((each) => ` ${quoted(each)}`).join("")}`,
    "END",
    `chmod +x "$PROGRAM"`,
  ];
}

/** The hosts as the server is told of them. */
function hostWords(addresses: Addresses, tls: boolean): string {
  const word = (host: Host): string => {
    const [, address = "", port = ""] = /^(.*):(\d+)$/.exec(addresses[host]) ?? [];
    return [host, tls && host !== "plain" ? "https" : "http", address, port].join(",");
  };
  return HOSTS.filter((host) => addresses[host] !== "")
    .map(word)
    .join(" ");
}

/** Makes a certificate that is its own authority. */
const certificate = (addresses: Addresses): string => {
  const names = [...new Set(Object.values(addresses).map((each) => each.replace(/:\d+$/, "")))].filter(Boolean);
  return `openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=oci-conform -addext ${quoted(`subjectAltName=${names.map((name) => `IP:${name}`).join(",")}`)} \\
  -keyout "$W/key.pem" -out "$W/ca.pem" 2> "$W/openssl" || { cat "$W/openssl"; exit 2; }`;
};

const settings = ({ config }: Scene, addresses: Addresses, tls: boolean): readonly string[] => [
  `mkdir -p "$HOME/.config/containers" "$HOME/.docker" "$STORE" "$SCRATCH" "$OUT"`,
  `printf '%s' '{"default":[{"type":"insecureAcceptAnything"}]}' > "$HOME/.config/containers/policy.json"`,
  ...Object.values(addresses)
    .filter(Boolean)
    .map((address) =>
      tls
        ? `mkdir -p "$HOME/.config/containers/certs.d/${address}" && cp "$W/ca.pem" "$HOME/.config/containers/certs.d/${address}/ca.crt"`
        : `printf '[[registry]]\\nlocation = "%s"\\ninsecure = true\\n' ${address} >> "$HOME/.config/containers/registries.conf"`,
    ),
  ...(config === undefined ? [] : [`printf '%s' ${quoted(config)} > "$HOME/.docker/config.json"`]),
];

/** What a script is about. */
export interface ReproduceOptions {
  readonly tool: ClientTool;
  /** Of one command. */
  readonly timeoutMs: number;
  /** What stands at its head, a line each: what it shows, the sentence, what is expected. */
  readonly words: readonly string[];
  readonly expected: string;
  readonly actual: string;
}

/** A script with what it needs beside it. */
export interface Reproduction {
  readonly script: string;
  readonly answers: readonly Answer[];
  /** Writes the image layout that is pushed. */
  readonly layout?: (path: string) => void;
  /** Writes what is attached. */
  readonly artifact?: Buffer;
}

/** A password for each host that the client is to have one for: the recorded answers take any. */
const known = ({ credentials = [] }: ClientCase) =>
  Object.fromEntries(credentials.map((host) => [host, { user: `${host}-user`, password: `${host}-password` }]));

/** A shell script that gives a client the recorded answers once more, without the harness. @throws CaseError for a case that cannot be */
export function reproduction(testCase: ClientCase, observation: ClientObservation, options: ReproduceOptions): Reproduction {
  const { tool, timeoutMs, words, expected, actual } = options;
  const addresses: Addresses = { registry: "", other: "", plain: "", token: "", ...observation.addresses };
  const scene = sceneOf(testCase, addresses, known(testCase));
  const tls = testCase.tls === true;
  const needed = ["node", "timeout", ...(tls ? ["openssl"] : []), ...(tool.embedded ? [] : [tool.program, ...(tool.needs ?? [])])];
  const lines = tool.verbs[testCase.verb] ?? [];
  const script = `#!/bin/sh
${words
  .flatMap((text) => text.split("\n"))
  .map((line) => `# ${line}`.trimEnd())
  .join("\n")}
#
# Needs ${needed.join(", ")}; nothing of oci-conform${tool.embedded ? " but its bundled client" : ""}. Serves the answers of answers.json at the addresses of the run, runs the client's command, and
# prints the requests that came, what the client said, and its exit status. As root in a network of its own; else at this machine's loopback,
# where these ports have to be free.
set -u
HERE=$(cd "$(dirname "$0")" && pwd) || exit 2
for program in ${needed.map(quoted).join(" ")}; do
  command -v "$program" > /dev/null || { echo "reproduce.sh: $program is not installed" >&2; exit 64; }
done
if [ "$(id -u)" = 0 ] && [ -z "\${REPRODUCING:-}" ] && command -v unshare > /dev/null && command -v ip > /dev/null; then
  REPRODUCING=yes exec unshare --net --mount --pid --fork --kill-child --mount-proc sh "$HERE/reproduce.sh"
fi
[ -z "\${REPRODUCING:-}" ] || ip link set lo up
W=$(mktemp -d) || exit 2
SERVER=
trap '[ -z "$SERVER" ] || kill "$SERVER"; rm -rf "$W"' EXIT
${tool.commands ? "set -a" : ""}
${Object.entries(scene.words)
  .map(([name, value]) => `${name}=${quoted(value)}`)
  .join("\n")}
LAYOUT=$HERE/layout FILE=$HERE/artifact ANNOTATIONS=$W/annotations DIR=$W/pulled STORE=$W/store CA=$W/ca.pem OUT=$W/out SCRATCH=$W/scratch
set +a
export HOME="$W/home" XDG_CONFIG_HOME="$W/home/.config" XDG_RUNTIME_DIR="$W/scratch" TMPDIR="$W/scratch" LC_ALL=C.UTF-8
unset DOCKER_CONFIG REGISTRY_AUTH_FILE
: > "$W/exchanges"
printf '%s' ${quoted(scene.annotations)} > "$ANNOTATIONS"
${[...(tls ? [certificate(addresses)] : []), ...settings(scene, addresses, tls), ...(tls ? ['export SSL_CERT_FILE="$CA"'] : [])].join("\n")}
cat > "$W/serve.mjs" << 'END'${SERVER}END
node "$W/serve.mjs" "$HERE/answers.json" "$W" ${hostWords(addresses, tls)} > "$W/server" 2>&1 &
SERVER=$!
until [ -f "$W/ready" ]; do
  kill -0 "$SERVER" 2> /dev/null || { cat "$W/server"; SERVER=; exit 2; }
  sleep 0.1
done
${programLines(tool).join("\n")}
STATUS=0
finish() {
  echo "= the requests that came, and their answers"
  cat "$W/exchanges"
  echo "= the files that were written"
  for place in "$DIR" "$STORE"; do [ ! -e "$place" ] || (cd "$W" && find "$place" -type f -size -1000k -exec sha256sum {} + | head -n 200); done
  echo "exit status $STATUS"
  echo "expected: "${quoted(expected)}
  echo "actual:   "${quoted(actual)}
}
run() {
  name=$1
  shift
  echo "+ $*"
  timeout -k 2 ${Math.ceil(timeoutMs / 1000)} "$@" < /dev/null > "$OUT/$name.stdout" 2> "$OUT/$name.stderr"
  STATUS=$?
  cat "$OUT/$name.stdout" "$OUT/$name.stderr"
  [ "$STATUS" = 0 ] || { finish; exit; }
}
daemon() {
  SOCKET=$1
  shift
  echo "+ $* &"
  "$@" < /dev/null > "$W/daemon" 2>&1 &
  for _ in $(seq 500); do [ -S "$SOCKET" ] && return; sleep 0.02; done
  cat "$W/daemon"
  exit 2
}
cd ${quoted(tool.directory ?? "/")} || exit 2
${lines.join("\n")}
finish
`;
  const { local, file } = scene;
  return {
    script,
    answers: answersOf(testCase, observation, filledCase(testCase, addresses)),
    ...(local ? { layout: (path: string) => writeImageLayout(path, local) } : {}),
    ...(file ? { artifact: file } : {}),
  };
}
