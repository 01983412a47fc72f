/** What a check says about a case that exercises its requirement. */
export type Judgement =
  | { readonly verdict: "pass" }
  | {
      readonly verdict: "fail";
      readonly expected: unknown;
      readonly actual: unknown;
      readonly note?: string;
      /**
       * In which of several ways it failed, where one requirement can be broken by many causes: a few words that are the same for the
       * same cause whatever the case, such as the method, the endpoint and the words of a 500. Each kind gets a smallest case of its
       * own, and the finding has them all. Without it all failures of a requirement are of one kind.
       */
      readonly kind?: string;
    }
  | { readonly verdict: "skip"; readonly reason: string };

/** The case does not exercise the requirement; the reason says what it would take, in a few words ("no umask in the config"). */
export interface NotApplicable {
  readonly verdict: "not-applicable";
  readonly reason: string;
}

/** What came of judging one requirement on one case; `error` is an exception of ours. */
export type Outcome = Judgement | { readonly verdict: "error"; readonly message: string };

/** The outcomes of one carried-out case by requirement id, and the observation that they rest on. */
export interface Judged<Observation> {
  /** Undefined where the harness itself failed: then all outcomes are errors. */
  readonly observation: Observation | undefined;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}
