import type { RegistryCase } from "../../runners/registry/case.js";
import { type Exchange, header, type RegistryObservation, type SeenResponse } from "../../runners/registry/observation.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { type CheckResult, type ExplainedResult, type NotApplicable, notApplicable } from "../check.js";
import { byLuck, exampleOf, type Section as SuiteSection, sectionOf, unavailable } from "../section.js";
import type { Example as SuiteExample, Unavailable } from "../suite.js";
import type { Model } from "./model.js";
import { queryOf, type Route } from "./route.js";

/** A whole run of a case. */
export interface CaseView {
  readonly case: RegistryCase;
  readonly observation: RegistryObservation;
  readonly facts: RegistryFacts;
}

/** One exchange that has an answer, with what the registry held before it. */
export interface View extends CaseView {
  readonly exchange: Exchange;
  readonly method: string;
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly response: SeenResponse;
  readonly status: number;
  readonly model: Model;
  /** One of several clients at the same time: what others change is unknown. */
  readonly concurrent: boolean;
  /** The header's value in the answer. */
  readonly header: (name: string) => string | undefined;
  /** The header's value in the request. */
  readonly sent: (name: string) => string | undefined;
}

/** Judges one requirement: a pure function of an exchange's view, or of the whole case's. */
export type Check =
  | {
      readonly id: string;
      readonly per: "exchange";
      /** Undefined where the exchange is about something else than the check is. */
      readonly judge: (view: View) => CheckResult;
      /** What it looks at, for whoever asks why it was silent: "request for a list of tags". */
      readonly about?: string;
      /** It judges answers too that say that the server failed: others take them for no answer. */
      readonly failures?: true;
    }
  | { readonly id: string; readonly per: "case"; readonly judge: (view: CaseView) => CheckResult };

/**
 * A check that looks at one answer at a time.
 * @param about what exchanges it is about, where it does not say why it does not apply to others: "request for a list of tags"
 */
export const check = (id: string, judge: (view: View) => CheckResult, about?: string): Check => ({
  id,
  per: "exchange",
  judge,
  ...(about === undefined ? {} : { about }),
});

/** A check of cases that were made for it: in others the same answers may mean something else. */
export const checkAimed = (id: string, about: string, judge: (view: View) => CheckResult): Check =>
  check(id, (view) => (view.case.aims.includes(id) ? judge(view) : notApplicable("the case was not made for it")), about);

/**
 * Checks that look at one kind of exchange.
 * @param about names it: "request for a list of tags"
 * @param subjectOf what they look at of an exchange; undefined for one of another kind, or says why no check can judge this one
 */
export const checksOf =
  <Subject extends object>(about: string, subjectOf: (view: View) => Subject | NotApplicable | undefined) =>
  (id: string, judge: (subject: Subject, view: View) => ExplainedResult): Check => ({
    id,
    per: "exchange",
    about,
    judge: (view) => {
      const subject = subjectOf(view);
      return subject === undefined || isNotApplicable(subject) ? subject : judge(subject, view);
    },
  });

const isNotApplicable = (subject: object): subject is NotApplicable => "verdict" in subject && subject.verdict === "not-applicable";

/** The same as `check`, also at answers that say that the server failed. */
export const checkFailures = (id: string, judge: (view: View) => CheckResult): Check => ({
  id,
  per: "exchange",
  judge,
  failures: true,
});

/** A check that looks at a whole case: at histories, and at answers that never came. */
export const checkCase = (id: string, judge: (view: CaseView) => CheckResult): Check => ({ id, per: "case", judge });

/** A written example of this suite; drawn several times, so let its cases vary where that means something. */
export type Example = SuiteExample<RegistryCase, RegistryFacts>;

/** Declares an example. Each of its cases gets these aims. */
export const example: (aims: string | readonly string[], cases: Example["cases"]) => Example = exampleOf;

export type { Unavailable };
export { byLuck, unavailable };

/** The checks and examples of one section of the spec. */
export type Section = SuiteSection<Check, Example>;

/** Makes a section from its parts, in any order. */
export const section = (title: string, parts: readonly (Check | Example)[]): Section => sectionOf<Check, Example>(title, parts);

/** The view of an exchange; undefined without an answer. */
export function viewOf(whole: CaseView, exchange: Exchange, model: Model): View | undefined {
  const { response, request } = exchange;
  if (!response) return undefined;
  return {
    ...whole,
    exchange,
    method: request.method,
    route: model.route(exchange),
    query: queryOf(request.url),
    response,
    status: response.status,
    model,
    concurrent: exchange.phase === "clients",
    header: (name) => header(response, name),
    sent: (name) => Object.entries(request.headers).find(([key]) => key.toLowerCase() === name)?.[1],
  };
}
