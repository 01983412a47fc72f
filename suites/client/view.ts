import type { ClientCase } from "../../runners/client/case.js";
import type { ClientFacts } from "../../runners/client/facts.js";
import { type ClientExchange, type ClientObservation, type ClientRun, headerOf } from "../../runners/client/observation.js";
import { pathOf, queryOf, type Route, routeOfPath } from "./route.js";

/**
 * How a client ended.
 *
 * - `done`: it says that it did what it was asked to
 * - `failed`: it says that it did not
 * - `crashed`: a signal ended it, or a panic
 * - `hung`: it took too long
 * - `unknown`: nobody saw it: traffic that was only listened to
 */
export type Ending = "done" | "failed" | "crashed" | "hung" | "unknown";

/** One exchange, with what it is about. */
export interface Viewed extends ClientExchange {
  /** Its place in the run. */
  readonly at: number;
  readonly method: string;
  readonly route: Route;
  readonly query: URLSearchParams;
  /** Undefined without an answer. */
  readonly status: number | undefined;
  /** A field of the request. */
  readonly sent: (name: string) => string | undefined;
  /** A field of the answer. */
  readonly got: (name: string) => string | undefined;
}

/** A case, what was seen of it, and how it is to be read. */
export interface ClientView {
  readonly case: ClientCase;
  readonly observation: ClientObservation;
  readonly facts: ClientFacts;
  readonly run: ClientRun;
  readonly exchanges: readonly Viewed[];
  readonly ending: Ending;
  /** How the same case ended without its behaviours and choices; that of the case itself where it has none. */
  readonly control: Ending;
}

/** What a program of Go or Rust prints when it breaks. An exception that nobody caught, as of a small program around a library, is a failure. */
const PANIC = /^(?:panic: |fatal error: |goroutine \d+ \[running\]|thread '[^']*' (?:\(\d+\) )?panicked at )/m;

/** How a run ended. */
export function endingOf({ steps }: Pick<ClientRun, "steps">): Ending {
  const last = steps.at(-1);
  if (!last) return "unknown";
  if (last.status === 0) return "done";
  if (last.status === 124) return "hung";
  return last.status > 128 || PANIC.test(last.stderr) ? "crashed" : "failed";
}

/**
 * What tells the place of an upload from others: host, path and query, however that is written and in whatever order its parameters are; the
 * digest is added when an upload is closed, and no part of its place. Undefined for what makes no sense.
 */
function placeOf(target: string, base: string): string | undefined {
  if (!URL.canParse(target, base)) return undefined;
  const { host, pathname, searchParams } = new URL(target, base);
  const parameters = [...searchParams].filter(([name]) => name !== "digest").map((pair) => JSON.stringify(pair));
  return [host, pathname, ...parameters.sort()].join(" ");
}

/** All exchanges of a run with their routes: a place of an upload is known by the Location that was given for it. */
export function viewed(run: ClientRun, addresses: ClientObservation["addresses"]): readonly Viewed[] {
  const places = new Map<string, number>();
  return run.exchanges.map((exchange, at): Viewed => {
    const plain = routeOfPath(pathOf(exchange));
    const { method, target } = exchange.request;
    const base = `http://${addresses[exchange.host] ?? "unknown.invalid"}`;
    const place = placeOf(`${base}${target}`, base);
    const of = place === undefined ? undefined : places.get(place);
    const route: Route = of === undefined ? plain : { kind: "session", of };
    const status = exchange.response?.status;
    if ((route.kind === "uploads" || route.kind === "session") && (status === 202 || status === 204)) {
      const location = headerOf(exchange.response, "location");
      const next = location === undefined ? undefined : placeOf(location, `${base}${target}`);
      if (next !== undefined) places.set(next, at);
    }
    return {
      ...exchange,
      at,
      method,
      route,
      query: queryOf(exchange),
      status,
      sent: (name) => headerOf(exchange.request, name),
      got: (name) => headerOf(exchange.response, name),
    };
  });
}

/** The view of an observation. */
export function viewOf(testCase: ClientCase, observation: ClientObservation, facts: ClientFacts): ClientView {
  const { run, control, addresses } = observation;
  const ending = endingOf(run);
  return {
    case: testCase,
    observation,
    facts,
    run,
    exchanges: viewed(run, addresses),
    ending,
    control: control ? endingOf(control) : ending,
  };
}
