import { createHash } from "node:crypto";
import type { Behaviour, Host } from "../../reference-registry/behaviours/behaviour.js";
import { CHANGES } from "../../reference-registry/behaviours/bodies.js";
import type { ClientCase } from "./case.js";
import type { FilledCase } from "./fill.js";
import { type ClientExchange, type ClientObservation, headerOf, type WireBody, type WireHeaders } from "./observation.js";

/** A recorded answer, as a server of a few lines can give it again. */
export interface Answer {
  readonly host: Host;
  readonly method: string;
  readonly target: string;
  /** 0 where the connection ends without an answer. */
  readonly status: number;
  readonly headers: WireHeaders;
  readonly text?: string;
  readonly base64?: string;
  /** So many bytes whose values nobody kept. */
  readonly unknown?: number;
  /** How it ends, where it does not end well: it begins again and again, stops and stays, breaks off, or closes the connection. */
  readonly ends?: "never" | "stalls" | "breaks" | "closes";
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Looks for the bytes of bodies among a case's contents, as they are and as behaviours change them. */
class Bodies {
  readonly #contents: readonly Buffer[];
  readonly #known = new Map<string, Buffer>();

  constructor({ case: { contents: recipes }, contents }: FilledCase) {
    this.#contents = Object.keys(recipes).map((name) => contents.get(name).bytes);
    for (const bytes of this.#contents)
      for (const each of [bytes, ...Object.values(CHANGES).map((change) => change(bytes))]) this.#known.set(sha256(each), each);
  }

  /** The content that a path asks for by its digest; undefined where there is none. */
  named(target: string): Buffer | undefined {
    const [digest = ""] = /sha256:[0-9a-f]{64}/.exec(target) ?? [];
    return this.#known.get(digest);
  }

  /** The bytes of a body; undefined when nobody knows them. */
  find({ size, sha256: digest, text }: WireBody, range: string | undefined): Buffer | undefined {
    if (size === 0) return Buffer.alloc(0);
    const said = text === undefined ? undefined : Buffer.from(text);
    if (said && sha256(said) === digest) return said;
    const [, from = "0"] = /^bytes (\d+)-/.exec(range ?? "") ?? [];
    // A part of a content: from the beginning where it broke off.
    const parts = this.#contents.map((bytes) => bytes.subarray(Number(from), Number(from) + size));
    return this.#known.get(digest) ?? parts.find((part) => sha256(part) === digest);
  }
}

/** How an answer ends by what took part in it. */
function endOf({ response, behaviours }: ClientExchange, all: readonly Behaviour[]): Answer["ends"] {
  const deeds = behaviours.flatMap((index) => all[index]?.does ?? []);
  if (deeds.some((does) => does.kind === "alter" && does.how === "endless")) return "never";
  if (deeds.some(({ kind }) => kind === "stall")) return "stalls";
  if (deeds.some(({ kind }) => kind === "break")) return "breaks";
  if (deeds.some(({ kind }) => kind === "close")) return "closes";
  return response?.body.broken ? "breaks" : undefined;
}

/** The answers of a run, in the order in which they were given. */
export function answersOf({ behaviours = [] }: ClientCase, { run }: ClientObservation, filled: FilledCase): readonly Answer[] {
  const bodies = new Bodies(filled);
  return run.exchanges.map((exchange): Answer => {
    const { host, request, response } = exchange;
    const base = { host, method: request.method, target: request.target };
    const ends = endOf(exchange, behaviours);
    const how = ends === undefined ? {} : { ends };
    if (!response) return { ...base, status: 0, headers: [], ...how };
    const { status, headers, body } = response;
    const bytes = ends === "never" ? bodies.named(request.target) : bodies.find(body, headerOf(response, "content-range"));
    const text = bytes?.toString();
    return {
      ...base,
      status,
      headers,
      ...(bytes === undefined
        ? { unknown: body.size }
        : text !== undefined && Buffer.from(text).equals(bytes)
          ? { text }
          : { base64: bytes.toString("base64") }),
      ...how,
    };
  });
}
