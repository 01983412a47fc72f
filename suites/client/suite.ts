import type { Behaviour } from "../../reference-registry/behaviours/behaviour.js";
import type { ClientCase } from "../../runners/client/case.js";
import type { ClientFacts } from "../../runners/client/facts.js";
import { type CheckResult, combine, type ExplainedResult, expectThat, notApplicable } from "../check.js";
import { exampleOf, type Section as SuiteSection, sectionOf, unavailable } from "../section.js";
import type { Example as SuiteExample } from "../suite.js";
import { sameAsControl } from "./outcome.js";
import type { ClientView, Viewed } from "./view.js";

/** Judges one requirement: a pure function of a case's view. */
export interface Check {
  readonly id: string;
  readonly judge: (view: ClientView) => ExplainedResult;
}

/** A check that looks at a whole run. */
export const check = (id: string, judge: Check["judge"]): Check => ({ id, judge });

/** Where an exchange is, in words: "3rd request, PUT /v2/…". */
export const inWords = ({ at, request: { method, target }, status }: Viewed): string =>
  `request ${at + 1}, ${method} ${target.replace(/=([^&=]{24})[^&]{60,}/g, "=$1…")} → ${status ?? "no answer"}`;

/**
 * A check that looks at one exchange at a time, whatever the case was made for.
 * @param about names the exchanges that it looks at: "PUT of a manifest"
 */
export const checkEach = (id: string, about: string, judge: (exchange: Viewed, view: ClientView) => CheckResult): Check => ({
  id,
  judge: (view) =>
    combine(
      view.exchanges.map((exchange) => {
        const result = judge(exchange, view) ?? notApplicable(`there is no ${about}`);
        return result.verdict === "fail" ? { ...result, note: [result.note, inWords(exchange)].filter(Boolean).join("; ") } : result;
      }),
      `there is no ${about}`,
    ),
});

/** A check of cases that were made for it: in others the same traffic may mean something else. */
export const checkAimed = (id: string, judge: Check["judge"]): Check =>
  check(id, (view) => (view.case.aims.includes(id) ? judge(view) : notApplicable("the case was not made for it")));

/** Whether a behaviour is one that a check is about. */
export type Which = (behaviour: Behaviour) => boolean;

/** Whether a behaviour changed the bytes of a coded body: what is decoded of it may be the same. */
const isCoded = ({ does }: Behaviour, { got }: Viewed): boolean => does.kind === "alter" && got("content-encoding") !== undefined;

/** The exchanges in which a behaviour took part. */
export const met = ({ case: { behaviours = [] }, exchanges }: ClientView, which: Which = () => true): readonly Viewed[] =>
  exchanges.filter((exchange) =>
    exchange.behaviours.some((index) => {
      const behaviour = behaviours[index];
      return behaviour !== undefined && which(behaviour) && !isCoded(behaviour, exchange);
    }),
  );

/**
 * Judges what a client did where the registry behaved in some way: only where the same went well without it, where the client met it, and
 * where it came to an end (a crash and a hang are no answer to anything: rules of ours name them).
 */
export function whereMet(view: ClientView, judge: (exchanges: readonly Viewed[]) => ExplainedResult, which?: Which): ExplainedResult {
  const { behaviours = [], choices = [] } = view.case;
  if (view.control !== "done") return notApplicable("the client does not get this done where the registry behaves otherwise, either");
  if (view.ending !== "done" && view.ending !== "failed") return notApplicable("the client came to no end of its own");
  const exchanges = met(view, which);
  // Of a choice nobody knows where it showed.
  const chose = which === undefined && behaviours.length === 0 && choices.length > 0;
  if (exchanges.length === 0 && !chose) return notApplicable("the client never met what the case is about");
  return judge(exchanges);
}

/** Whether anything but what a check is about may be why a client fails: what is not `which`, or, without that, more than the registry's choice. */
const doesMore = ({ behaviours = [], choices = [] }: ClientCase, which?: Which): boolean =>
  which ? choices.length > 0 || !behaviours.every(which) : choices.length > 0 && behaviours.length > 0;

/**
 * A client has to say that it did not do what it was asked to. That it does says something only where nothing else could be the reason.
 * @param what what it must not take: "a blob with another digest"
 * @param shows tells the exchanges that have it from others in which the behaviour took part, too
 */
export const mustRefuse = (view: ClientView, what: string, which?: Which, shows?: (exchange: Viewed) => boolean): ExplainedResult =>
  whereMet(
    view,
    (exchanges) => {
      if (shows && !exchanges.some(shows)) return notApplicable("the client never met what the case is about");
      if (view.ending === "failed" && doesMore(view.case, which)) return notApplicable("the registry does more than one thing");
      return expectThat(view.ending === "failed", `a refusal of ${what}`, "it exits with status 0");
    },
    which,
  );

/**
 * A client has to do the same as ever. That it does not says something only where nothing else could be the reason.
 * @param expected what it does: "the redirect is followed"
 */
export function mustCope(view: ClientView, expected: string, which?: Which): ExplainedResult {
  return whereMet(
    view,
    () => {
      const result = sameAsControl(view, expected);
      return result.verdict === "fail" && doesMore(view.case, which) ? notApplicable("the registry does more than one thing") : result;
    },
    which,
  );
}

/** A written example of this suite; drawn several times, so let its cases vary where that means something. */
export type Example = SuiteExample<ClientCase, ClientFacts>;

/** Declares an example for clients that can do a verb. Each of its cases gets these aims. */
export const example = (aims: string | readonly string[], verb: ClientCase["verb"], cases: Example["cases"]): Example =>
  exampleOf(aims, (facts: ClientFacts) =>
    facts.verbs.includes(verb) ? cases(facts) : unavailable(`${facts.tool} cannot do this: ${verb}`),
  );

export { unavailable };

/** The checks and examples of one section of the spec. */
export type Section = SuiteSection<Check, Example>;

/** Makes a section from its parts, in any order. */
export const section = (title: string, parts: readonly (Check | Example)[]): Section => sectionOf<Check, Example>(title, parts);
