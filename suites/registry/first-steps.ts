import type { RegistryCase } from "../../runners/registry/case.js";
import { type Exchange, header, inALine, type RegistryObservation, type SeenResponse } from "../../runners/registry/observation.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { judge } from "./judge.js";
import { parseJson } from "./manifest.js";
import type { Check } from "./suite.js";

/** Why nothing can be judged: the first exchange that went otherwise than expected. */
export interface Unfit {
  readonly exchange?: Exchange;
  /** The exchange, and what was expected in its place; or the step that could not be taken. */
  readonly said: string;
}

const succeeded = (response: SeenResponse | null): boolean => response !== null && response.status >= 200 && response.status < 300;

/** A manifest may have been written anew by the registry: then it says the same in other bytes. */
const sameJson = (one: string | undefined, other: string | undefined): boolean => {
  const value = parseJson(one);
  return value !== undefined && JSON.stringify(value) === JSON.stringify(parseJson(other));
};

/** Whether an answer has content of the case, or what was meant to be it. */
const came = ({ exchanges, contents }: RegistryObservation): boolean =>
  exchanges.some(({ request, response }) => {
    if (request.method !== "GET" || !response || !succeeded(response)) return false;
    const { sha256, text } = response.body;
    return Object.values(contents).some((content) => content.sha256 === sha256 || sameJson(content.text, text));
  });

/** Uploads begin as a registry begins them, and something else is refused: no server that says the same to everything does so. */
const takesUploads = ({ exchanges }: RegistryObservation): boolean =>
  exchanges.some(
    ({ request, response }) =>
      request.method === "POST" &&
      response !== null &&
      (response.status === 202 || (succeeded(response) && header(response, "location") !== undefined)),
  ) && exchanges.some(({ response }) => response !== null && response.status >= 400);

/** The status that the spec has for a request of the minimal case. */
function expectedStatus({ request: { method, url } }: Exchange, { contents }: RegistryObservation): number {
  if (method === "POST") return 202;
  if (method === "PUT") return 201;
  return url.includes(contents.absent?.sha256 ?? " ") ? 404 : 200;
}

function firstWrong(observation: RegistryObservation): Unfit {
  const exchange = observation.exchanges.find((each) => each.response?.status !== expectedStatus(each, observation));
  const step = observation.untaken[0];
  if (step && (!exchange || exchange.step > step.step)) {
    const before = observation.exchanges.findLast((each) => each.step < step.step);
    return { ...(before ? { exchange: before } : {}), said: `step ${step.step + 1} could not be taken: ${step.reason}` };
  }
  if (exchange) return { exchange, said: `${inALine(exchange)}, where ${expectedStatus(exchange, observation)} was expected` };
  return { said: "nothing that was pushed came out again" };
}

/**
 * What keeps a server from being judged, after the minimal case; undefined when it can be. It can when content came out of it that was
 * pushed; or when it begins uploads, and what it did wrong then is a finding.
 */
export function unfit(
  checks: readonly Check[],
  subject: RegistryCase,
  observation: RegistryObservation,
  facts: RegistryFacts,
): Unfit | undefined {
  if (came(observation)) return undefined;
  const found = (): boolean => [...judge(checks, subject, observation, facts).values()].some(({ verdict }) => verdict === "fail");
  return takesUploads(observation) && found() ? undefined : firstWrong(observation);
}
