import type { Json } from "../../../runners/image/case.js";

/** Properties of an image's config. */
export type Properties = { readonly [key: string]: Json };

/** Variables: each form that NAME=VALUE has. */
export const ENV: readonly (readonly string[])[] = [
  ["PATH=/bin", "A=1"],
  ["HOME=/elsewhere"],
  ["HOME="],
  ["EMPTY="],
  ["A=b=c", "B==", "C==="],
  ["SPACE= x ", "TAB=\t", "LINE=a\nb"],
  ["A=1", "A=2"],
  ["A=1", "B=2", "A=1"],
  ["a=lower", "A=UPPER"],
  ["PATH="],
  ["TERM=other"],
  ["QUOTES=\"'`$A\\"],
  ["ÄÖ=ü", "_=1", "1=2", "a.b-c=d"],
  [`LONG=${"x".repeat(4096)}`],
  Array.from({ length: 100 }, (_, at) => `V${at}=${at}`),
];

/** What is run: which of Entrypoint and Cmd there is, and how. */
export const COMMANDS: readonly Properties[] = [
  { Cmd: ["/a", "b"] },
  { Entrypoint: ["/a", "b"] },
  { Entrypoint: ["/entry"], Cmd: ["x", "y"] },
  { Entrypoint: ["/bin/sh", "-c"], Cmd: ["echo $HOME && 'x'"] },
  { Entrypoint: [], Cmd: ["/x"] },
  { Entrypoint: ["/x"], Cmd: [] },
  { Entrypoint: null, Cmd: ["/x"] },
  { Entrypoint: ["/x"], Cmd: null },
  { Entrypoint: ["/x", ""], Cmd: ["", " "] },
  { Entrypoint: ["relative"], Cmd: ["-flag", "--", "ä"] },
];

export const DIRECTORIES = ["/", "/work", "/not/there/at all", "/trailing/", "/dots/../here/.", "//twice", "/ä"] as const;

const KEYS = ["os", "architecture", "variant", "os.version", "os.features", "author", "created", "stopSignal", "exposedPorts"] as const;

/** Labels: also those of keys that follow from other properties. */
export const LABELS: readonly Properties[] = [
  { a: "1" },
  { "org.example.a": "ä", "org.example.empty": "", "org.example.line": "a\nb", "org.example.json": '{"a":[1]}' },
  { a: "1", A: "2" },
  ...KEYS.map((key) => ({ [`org.opencontainers.image.${key}`]: key === "created" ? "2001-02-03T04:05:06Z" : "other" })),
];

export const SIGNALS = ["SIGTERM", "SIGKILL", "SIGRTMIN+3", "SIGUSR1", "9"] as const;
export const PORTS: readonly Properties[] = [{ "80/tcp": {} }, { "53/udp": {}, "53/tcp": {}, "80": {} }, { "65535/tcp": {} }];
export const VOLUMES: readonly Properties[] = [{ "/data": {} }, { "/data": {}, "/data/more": {}, "/with space": {} }, { "/trailing/": {} }];
