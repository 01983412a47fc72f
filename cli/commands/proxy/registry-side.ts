import { type ClientExchange, headerOf, type WireBody } from "../../../runners/client/observation.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import type { Exchange, RegistryObservation, SeenBody, SentRequest } from "../../../runners/registry/observation.js";
import { APIS, type RegistryFacts } from "../../../runners/registry/target.js";
import { overlapping } from "./overlap.js";
import { contentsOf, type Heard } from "./recording.js";

/** Nothing was done to the registry: others did what they liked. */
export const REGISTRY_CASE: RegistryCase = {
  format: "oci-conform/registry-case@1",
  title: "what clients asked, and nobody planned",
  aims: [],
  contents: {},
  steps: [],
};

/** Of a registry that nobody asked anything, so that nothing of what it may choose is known. */
export const registryFacts = (release: string): RegistryFacts => ({ release, choices: { push: true }, apis: APIS, ours: false });

const joined = ({ headers }: ClientExchange["request"]): Record<string, string> => {
  const all: Record<string, string> = {};
  for (const [name, value] of headers) all[name] = all[name] === undefined ? value : `${all[name]}, ${value}`;
  return all;
};

const seen = ({ size, sha256, sha512, text }: WireBody): SeenBody => ({ size, sha256, sha512, ...(text === undefined ? {} : { text }) });

/** Where the bytes of a request to an upload begin: where it says so, else after those that were taken before. */
class Offsets {
  readonly #taken = new Map<number, number>();

  of({ exchange: { request, response }, upload }: Heard): number {
    if (!upload || (request.method !== "PATCH" && request.method !== "PUT")) return 0;
    const before = this.#taken.get(upload.start) ?? 0;
    const said = /^(\d+)-\d+$/.exec(headerOf(request, "content-range") ?? "")?.[1];
    const from = said === undefined ? before : Number(said);
    const { status = 0 } = response ?? {};
    if (status >= 200 && status < 300) this.#taken.set(upload.start, from + (request.body?.size ?? 0));
    return from;
  }
}

/** A body by its digest. What broke off is none that anybody knows. */
const bodyOf = (body: WireBody | null, from: number): SentRequest["body"] =>
  !body || body.size === 0 ? null : { content: body.broken ? "what broke off" : body.sha256, from, to: from + body.size };

/** What went by as an observation of the registry. An upload goes by the label of the exchange that began it, or went on with it. */
export function registryObservation(heard: readonly Heard[]): RegistryObservation {
  const together = overlapping(heard);
  const offsets = new Offsets();
  const exchanges = heard.map((each, step): Exchange => {
    const { exchange, host, route, upload } = each;
    const { request, response } = exchange;
    const answer = response && !response.body.broken ? response : null;
    return {
      phase: together.has(each) ? "clients" : "steps",
      client: 0,
      step,
      ...(route.kind === "uploads" || route.kind === "session" ? { label: `exchange ${step}` } : {}),
      uses: upload ? [`exchange ${upload.of}`] : [],
      request: {
        method: request.method,
        url: `http://${host}${request.target}`,
        headers: joined(request),
        body: bodyOf(request.body, offsets.of(each)),
      },
      response: answer && { status: answer.status, headers: answer.headers, body: seen(answer.body) },
      ...(answer ? {} : { failure: { kind: "broken-off", message: "no whole answer went by" } as const }),
      begunMs: exchange.begunMs,
      endedMs: exchange.endedMs,
    };
  });
  return {
    format: "oci-conform/registry-observation@1",
    exchanges: exchanges.toSorted((a, b) => a.endedMs - b.endedMs),
    untaken: [],
    contents: contentsOf(heard),
    overheard: true,
    repositories: {},
  };
}
