import { gzipSync } from "node:zlib";
import { quoted } from "../shell.js";
import { isRequest, type RegistryCase, type RequestStep, type Step } from "./case.js";
import { Contents, saltOf } from "./contents.js";

export interface ReproduceOptions {
  /** `ID: TITLE` of what it shows. */
  readonly title: string;
  readonly requirement: string;
  readonly expected: string;
  readonly url: string;
  /** Other addresses of the registry. */
  readonly others?: readonly string[];
  readonly namespace: string;
}

const comment = (text: string): string =>
  text
    .split("\n")
    .map((line) => `# ${line}`.trimEnd())
    .join("\n");

/** In double quotes, with `$` and the like escaped but for what stands for an answer's value. */
const expanded = (text: string): string =>
  `"${text.replace(/[\\"`$]/g, "\\$&").replace(/\{(location|link|etag):([\w.-]+)\}/g, (_, kind: string, label: string) => `$(${kind} ${label})`)}"`;

const HEAD = `
: "\${CURL:=curl -sS --path-as-is}" # credentials: CURL='curl -sS --path-as-is -u user:password'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
header() { tr -d '\\r' < "$work/$1.headers" | sed -n "s/^$2: *//Ip" | tail -n 1; }
origin=$(printf %s "$REGISTRY" | sed 's#^\\(https*://[^/]*\\).*#\\1#')
absolute() { case $1 in http*) printf %s "$1" ;; *) printf %s "$origin$1" ;; esac; }
location() { absolute "$(header "$1" location)"; }
link() { absolute "$(header "$1" link | sed 's/^<//; s/>.*//')"; }
etag() { header "$1" etag; }
with() { case $1 in *\\?*) printf '%s&%s' "$1" "$2" ;; *) printf '%s?%s' "$1" "$2" ;; esac; }
# request LABEL METHOD URL [curl options]
request() {
  label=$1 method=$2 url=$3
  shift 3
  set -- "$@" -X "$method"
  [ "$method" = HEAD ] && set -- "$@" -I
  $CURL "$@" -D "$work/$label.headers" -o "$work/$label.body" "$url"
  printf '\\n> %s %s\\n' "$method" "$url"
  cat "$work/$label.headers"
  [ "$method" = HEAD ] || head -c 600 "$work/$label.body"
  echo
}
`;

function requestLine(step: RequestStep, label: string, contents: Contents): string {
  const { method, target, query = [], headers = {}, body, odd } = step;
  const fill = (text: string): string => expanded(contents.fill(text));
  const base = step.address === undefined ? "$REGISTRY" : `$ADDRESS${step.address}`;
  const at = target.startsWith("/") ? `"${base}"${fill(target)}` : fill(target);
  const parameters = query.map(([name, value]) => `${name}=${contents.fill(value)}`).join("&");
  const url = parameters === "" ? at : `"$(with ${at} ${quoted(parameters)})"`;
  const all = Object.entries(headers).filter(([name]) => !(body && name.toLowerCase() === "content-length"));
  const options = all.map(([name, value]) => `-H ${expanded(contents.fill(`${name}: ${value}`))}`);
  // curl names a type of its own for a body, and asks for anything.
  if (body && !all.some(([name]) => name.toLowerCase() === "content-type")) options.push("-H 'content-type:'");
  if (!all.some(([name]) => name.toLowerCase() === "accept")) options.push("-H 'accept:'");
  if (odd && "declared" in odd) options.push(`-H 'content-length: ${odd.declared}' --max-time 3`);
  const part = body && (body.from !== undefined || body.to !== undefined);
  const size = body ? contents.get(body.content).size : 0;
  const data = !body
    ? []
    : part
      ? [`--data-binary @<(tail -c +${(body.from ?? 0) + 1} "$work/${body.content}" | head -c ${(body.to ?? size) - (body.from ?? 0)})`]
      : [`--data-binary @"$work/${body.content}"`];
  return `request ${label} ${method} ${url} ${[...options, ...data].join(" ")}`.trimEnd();
}

/** A shell script of curl commands that does what the case does, and prints each answer. */
export function reproduceScript(testCase: RegistryCase, options: ReproduceOptions): string {
  const contents = new Contents(testCase.contents, (key) => `$NAMESPACE-${key}`, saltOf(JSON.stringify(testCase)));
  let number = 0;
  const line = (step: Step): string => {
    if ("collect" in step)
      return `echo ${quoted("Now have the registry's garbage collected, with the registry ended meanwhile if need be, and press Enter.")}; read -r _`;
    if (!isRequest(step)) return `echo ${quoted(`Now end the registry by ${step.restart}, start it again, and press Enter.`)}; read -r _`;
    const label = step.label ?? `request${++number}`;
    try {
      return requestLine(step, label, contents).replaceAll("\\$NAMESPACE", "$NAMESPACE");
    } catch (thrown) {
      return comment(`left out: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  };
  const { steps, clients = [], after = [] } = testCase;
  const main = steps.map(line);
  const together = clients.map((own) => `(\n${own.map((step) => `  ${line(step)}`).join("\n")}\n) &`);
  const later = after.map(line);
  const bodies = Object.keys(contents.facts()).map((name) => {
    const { text, bytes } = contents.get(name);
    return text !== undefined && text.length < 4096 && !text.includes("\u0000")
      ? `printf %s ${quoted(text)} > "$work/${name}"`
      : `base64 -d <<'END' | gzip -d > "$work/${name}"\n${gzipSync(bytes)
          .toString("base64")
          .replace(/.{1,120}/g, "$&\n")}END`;
  });
  return [
    "#!/bin/bash",
    comment(options.title),
    comment(options.requirement.trim()),
    comment(`Expected: ${options.expected}`),
    comment("Usage: reproduce.sh [URL] [REPOSITORY PREFIX]; needs curl and bash."),
    "set -u",
    `REGISTRY=\${1:-${options.url}}`,
    ...(options.others ?? []).map((url, at) => `ADDRESS${at + 1}=${quoted(url)}`),
    ...((options.others ?? []).length > 0 ? ["ADDRESS0=$REGISTRY"] : []),
    `NAMESPACE=\${2:-${options.namespace}${options.namespace === "" ? "" : "/"}repro-$$}`,
    HEAD,
    ...bodies,
    "",
    ...main,
    ...(together.length > 0 ? [...together, "wait"] : []),
    ...later,
    "",
  ].join("\n");
}
