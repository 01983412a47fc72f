import { createHash } from "node:crypto";
import { pulling } from "../../../../generators/client/cases.js";
import type { Host } from "../../../../reference-registry/behaviours/behaviour.js";
import type { ClientCase } from "../../../../runners/client/case.js";
import type { ClientFacts } from "../../../../runners/client/facts.js";
import type { ClientExchange, ClientObservation, ClientRun, WireBody, WrittenFile } from "../../../../runners/client/observation.js";
import { Contents } from "../../../../runners/registry/contents.js";
import type { ContentFacts } from "../../../../runners/registry/observation.js";

export const FACTS: ClientFacts = {
  release: "head",
  tool: "client",
  version: "",
  verbs: ["pull", "push", "push-chunks", "push-single", "copy", "tags", "referrers", "attach", "delete"],
  keeps: "blobs",
  tls: true,
  credentials: true,
};

export const ADDRESSES: Readonly<Record<Host, string>> = {
  registry: "127.0.0.1:5000",
  other: "127.0.0.2:5000",
  plain: "127.0.0.1:5080",
  token: "127.0.0.3:5000",
};

const hash = (algorithm: string, bytes: string): string => `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;

/** A body of that text. */
export const body = (text: string): WireBody => ({
  size: Buffer.byteLength(text),
  sha256: hash("sha256", text),
  sha512: hash("sha512", text),
  text,
});

/** An exchange in short: `exchange("GET /v2/a/manifests/t", 200, { got: { "content-type": "…" } })`. A status of 0 stands for no answer. */
export const exchange = (
  request: string,
  status: number,
  more: {
    readonly sent?: Readonly<Record<string, string>>;
    readonly got?: Readonly<Record<string, string>>;
    readonly sends?: string;
    readonly gets?: string;
    readonly behaviours?: readonly number[];
    readonly host?: Host;
    readonly tls?: boolean;
  } = {},
): ClientExchange => {
  const [method = "", target = ""] = request.split(" ");
  return {
    host: more.host ?? "registry",
    tls: more.tls ?? false,
    connection: 0,
    request: { method, target, headers: Object.entries(more.sent ?? {}), body: more.sends === undefined ? null : body(more.sends) },
    response: status === 0 ? null : { status, headers: Object.entries(more.got ?? {}), body: body(more.gets ?? "") },
    behaviours: more.behaviours ?? [],
    begunMs: 0,
    endedMs: 1,
  };
};

/** A run of these exchanges; by default it did what it was asked to. */
export const run = (
  exchanges: readonly ClientExchange[],
  more: {
    readonly status?: number;
    readonly stdout?: string;
    readonly stderr?: string;
    readonly written?: Readonly<Record<string, WrittenFile>>;
    readonly held?: ClientRun["held"];
  } = {},
): ClientRun => ({
  steps: [{ name: "verb", status: more.status ?? 0, stdout: more.stdout ?? "", stderr: more.stderr ?? "" }],
  exchanges,
  written: more.written ?? {},
  held: more.held ?? {},
});

/** Files that hold these contents of a case. */
export const files = (
  contents: Readonly<Record<string, ContentFacts>>,
  ...names: readonly string[]
): Readonly<Record<string, WrittenFile>> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const { size = 0, sha256 = "" } = contents[name] ?? {};
      return [[`blobs/${sha256.replace(":", "/")}`, { size, sha256 }]];
    }),
  );

/** What is known of a case's contents. */
export function factsOf(testCase: Pick<ClientCase, "contents">): Readonly<Record<string, ContentFacts>> {
  const contents = new Contents(testCase.contents, (key) => `oci-conform/${key}`, "000000000000");
  for (const name of Object.keys(testCase.contents)) contents.get(name);
  return contents.facts();
}

/** A case with what was seen of it. */
export interface Canned {
  readonly case: ClientCase;
  readonly observation: ClientObservation;
  readonly facts?: Partial<ClientFacts>;
}

/** A canned observation; `control` is left out where the case has neither behaviours nor choices. */
export const canned = (testCase: ClientCase, seen: ClientRun, control?: ClientRun): Canned => ({
  case: testCase,
  observation: {
    format: "oci-conform/client-observation@1",
    run: seen,
    ...(control ? { control } : {}),
    contents: factsOf(testCase),
    addresses: ADDRESSES,
  },
});

/** Exchanges of a case that was made for nothing in particular. */
export const traffic = (...exchanges: readonly ClientExchange[]): Canned => canned(pulling("traffic", {}), run(exchanges));

/** One observation or several. */
export type Some = Canned | readonly Canned[];

/** Of each check, an observation that it passes and one that it fails; and, where it may be silent, one of which it says nothing. */
export type CannedTable = Readonly<Record<string, { readonly good: Some; readonly bad: Some; readonly silent?: Some }>>;

/** All of them. */
export const each = (some: Some | undefined): readonly Canned[] => (some === undefined ? [] : "case" in some ? [some] : some);
