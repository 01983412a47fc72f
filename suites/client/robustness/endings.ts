/** Rules of ours: a client comes to an end, whatever is answered. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, held, inA, pulling } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { MEDIA } from "../../../generators/registry/steps.js";
import type { Behaviour, Endpoint } from "../../../reference-registry/behaviours/behaviour.js";
import { ENDLESS, MOST_EXCHANGES } from "../../../reference-registry/stage/wire.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { lastWords } from "../outcome.js";
import { check, example, inWords, met, section } from "../suite.js";

/** Answers that never end, or that nobody ends: who waits for them does not hang. */
const NO_END = ({ does }: Behaviour): boolean => does.kind === "stall" || (does.kind === "alter" && does.how === "endless");
/** Answers that come in their own time. */
const SLOW = ({ does }: Behaviour): boolean => does.kind === "slow";

const OUT_OF_MEMORY = /out of memory|cannot allocate memory|MemoryError/i;

const seeds = fc.nat(99);

/** Texts in place of a manifest: no JSON, or JSON that is no manifest. */
const ODD: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["no JSON", "<html><body>502</body></html>"],
  ["null", "null"],
  ["a list", "[]"],
  ["no members", "{}"],
  ["layers that are null", `{"schemaVersion":2,"mediaType":"${MEDIA.manifest}","config":null,"layers":null}`],
  ["layers that are a number", `{"schemaVersion":2,"mediaType":"${MEDIA.manifest}","config":{},"layers":7}`],
  [
    "a layer that is null",
    `{"schemaVersion":2,"mediaType":"${MEDIA.manifest}","config":{"mediaType":"${MEDIA.config}","digest":"{sha256:m-config}","size":2},"layers":[null]}`,
  ],
  [
    "a layer without a digest",
    `{"schemaVersion":2,"mediaType":"${MEDIA.manifest}","config":{"mediaType":"${MEDIA.config}","digest":"{sha256:m-config}","size":2},"layers":[{"mediaType":"${MEDIA.layer}","size":1}]}`,
  ],
  [
    "a digest of no algorithm",
    `{"schemaVersion":2,"mediaType":"${MEDIA.manifest}","config":{"mediaType":"${MEDIA.config}","digest":":","size":2},"layers":[]}`,
  ],
  [
    "a negative size",
    `{"schemaVersion":2,"mediaType":"${MEDIA.manifest}","config":{"mediaType":"${MEDIA.config}","digest":"{sha256:m-config}","size":-1},"layers":[]}`,
  ],
  ["10,000 lists in one another", `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
];

/** What goes round in a circle. */
const CIRCLES: readonly (readonly [string, Behaviour])[] = [
  [
    "a manifest is redirected in a circle",
    { on: { to: "manifest", methods: ["GET", "HEAD"] }, does: { kind: "redirect", to: "other", status: 307, loop: true } },
  ],
  [
    "a blob is redirected in a circle",
    { on: { to: "blob", methods: ["GET", "HEAD"] }, does: { kind: "redirect", to: "other", status: 307, loop: true } },
  ],
  [
    "each request is answered with 401",
    { on: { to: "any" }, does: { kind: "answer", status: 401, headers: { "WWW-Authenticate": 'Basic realm="here"' } } },
  ],
];

const endless = (to: Endpoint): Behaviour => ({ on: { to, methods: ["GET"] }, does: { kind: "alter", how: "endless" } });

export default section("Coming to an end", [
  check("robustness.client.crash", (view) => {
    if (view.ending === "unknown" || view.ending === "hung") return notApplicable("nobody saw how the client ended");
    if (view.run.steps.some(({ stderr }) => OUT_OF_MEMORY.test(stderr))) return notApplicable("it was out of memory");
    return expectThat(view.ending !== "crashed", "an end of its own", lastWords(view.run));
  }),
  check("robustness.client.hang", (view) => {
    if (view.ending === "unknown" || view.ending === "crashed") return notApplicable("nobody saw whether the client would have ended");
    const { length } = view.exchanges;
    if (length >= MOST_EXCHANGES) return { verdict: "fail", expected: "an end", actual: `${length} requests, and more if they were taken` };
    if (met(view, NO_END).length > 0 || met(view, SLOW).some(({ response }) => response?.body.broken))
      return notApplicable("an answer did not come to its end");
    if (view.exchanges.some(({ response }) => response === null)) return notApplicable("a request was not answered");
    if (view.ending === "hung" && view.exchanges.some(({ status = 0 }) => status >= 300))
      return notApplicable("it may be trying again what did not go well, with a while between");
    return expectThat(view.ending !== "hung", "an end within the time limit", `${length} requests, and no end`);
  }),
  check("robustness.client.unbounded", (view) =>
    combine(
      met(view, ({ does }) => does.kind === "alter" && does.how === "endless").map((exchange): ExplainedResult => {
        const size = exchange.response?.body.size ?? 0;
        return expectThat(size < ENDLESS, "the client ceases to read", `it takes ${size} bytes, and more if they came`, inWords(exchange));
      }),
      "no answer was without an end",
    ),
  ),

  example("robustness.client.crash", "pull", () =>
    fc
      .tuple(seeds, oneOf(ODD, "manifest"))
      .map(([seed, [words, text]]) =>
        pulling(`in place of a manifest comes ${words}`, image("m", seed), [
          { on: { to: "manifest", methods: ["GET"] }, does: { kind: "content", text } },
        ]),
      ),
  ),
  example("robustness.client.hang", "pull", () =>
    fc.tuple(seeds, oneOf(CIRCLES, "circle")).map(([seed, [title, behaviour]]) => pulling(title, image("m", seed), [behaviour])),
  ),
  example("robustness.client.hang", "tags", () =>
    seeds.map((seed) =>
      caseOf(
        "the next page of tags is always the same",
        "tags",
        image("m", seed),
        { repository: "a", reference: "" },
        {
          holds: [held("m", "t", "u", "v")],
          behaviours: [
            { on: { to: "tags" }, does: { kind: "header", name: "Link", value: '</v2/oci-conform/a/tags/list?n=1>; rel="next"' } },
          ],
        },
      ),
    ),
  ),
  example("robustness.client.hang", "referrers", () =>
    seeds.map((seed) =>
      caseOf("the next page of referrers is always the same", "referrers", image("m", seed), inA("{sha256:m}"), {
        holds: [held("m", "t")],
        behaviours: [
          {
            on: { to: "referrers" },
            does: { kind: "header", name: "Link", value: '</v2/oci-conform/a/referrers/{sha256:m}?n=1>; rel="next"' },
          },
        ],
      }),
    ),
  ),
  example("robustness.client.unbounded", "pull", () =>
    fc
      .tuple(seeds, oneOf(["manifest", "blob"] as const, "of"))
      .map(([seed, of]) => pulling(`a ${of} never ends`, image("m", seed), [endless(of)])),
  ),
  ...(["tags", "referrers"] as const).map((verb) =>
    example("robustness.client.unbounded", verb, () =>
      seeds.map((seed) =>
        caseOf(`a list of ${verb} never ends`, verb, image("m", seed), inA(verb === "tags" ? "" : "{sha256:m}"), {
          holds: [held("m", "t")],
          behaviours: [endless(verb)],
        }),
      ),
    ),
  ),
]);
