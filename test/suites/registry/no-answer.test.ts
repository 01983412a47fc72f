import t from "tap";
import type { Exchange, Failure, SeenResponse } from "../../../runners/registry/observation.js";
import type { Answer } from "../../../runners/registry/request.js";
import { casesOf, inProcess } from "./in-process.js";

/* What was not answered is judged as that alone: whichever answer of a good registry is missing, no other rule is broken. */

const OWN: readonly string[] = [
  "robustness.registry.server-error",
  "robustness.registry.server-error-at-once",
  "robustness.registry.hang",
  "robustness.registry.crash",
  "robustness.registry.connection-closed",
  "robustness.registry.answer-malformed",
];

const failure = (kind: Failure["kind"]): Answer => ({ failure: { kind, message: "lost on purpose" } });
const status = (code: number): Answer => ({ response: answered(code) });
const answered = (code: number): SeenResponse => ({
  status: code,
  headers: [
    ["content-type", "text/plain"],
    ["content-length", "3"],
  ],
  body: { size: 3, sha256: "sha256:0", sha512: "sha512:0", text: "oh\n" },
});

const LOST: readonly Answer[] = [failure("timeout"), failure("closed"), failure("refused"), ...[500, 502, 503, 504].map(status)];
const told = (lost: Answer): string => ("failure" in lost ? lost.failure.kind : String(lost.response.status));

/** An exchange as if it had come to that. */
function replaced({ failure: _failure, throttled: _throttled, ...exchange }: Exchange, lost: Answer): Exchange {
  return "failure" in lost ? { ...exchange, response: null, failure: lost.failure } : { ...exchange, response: lost.response };
}

t.setTimeout(0);

t.test("answers that are taken out of what was recorded", async (t) => {
  const { facts, run, failing } = await inProcess(t);
  for (const subject of casesOf(facts, 7)) {
    const observation = await run(subject);
    t.same(failing(subject, observation), [], subject.title);
    const { exchanges } = observation;
    // Of a crowd of clients some will do.
    const every = Math.ceil(exchanges.length / 15);
    const found = new Set<string>();
    for (const [number, lost] of LOST.entries()) {
      const lose = (changed: readonly Exchange[], which: string): void => {
        for (const id of failing(subject, { ...observation, exchanges: changed }))
          if (!OWN.includes(id)) found.add(`${id}: ${told(lost)} for ${which}`);
      };
      lose(
        exchanges.map((exchange) => replaced(exchange, lost)),
        "all",
      );
      // Each by two or three of them, and its neighbours by the others.
      for (const [at, exchange] of exchanges.entries())
        if (at % every === 0 && (at / every + number) % 3 === 0) lose(exchanges.with(at, replaced(exchange, lost)), `exchange ${at + 1}`);
    }
    t.same([...found], [], subject.title);
  }
});

t.test("answers that are lost on their way, whether or not the request was carried out", async (t) => {
  const { facts, run, failing } = await inProcess(t);
  let turn = 0;
  for (const subject of casesOf(facts, 8)) {
    if (subject.clients) continue;
    for (let at = 0; at < Math.min(subject.steps.length, 10); at++) {
      const lost = LOST[turn % LOST.length] ?? failure("timeout");
      const carriedOut = turn++ % 2 === 0;
      let count = 0;
      const observation = await run(subject, (send) => async (request) => {
        if (count++ !== at) return send(request);
        if (carriedOut) await send(request);
        return lost;
      });
      const found = failing(subject, observation).filter((id) => !OWN.includes(id));
      t.same(found, [], `${subject.title}: ${told(lost)} for request ${at + 1}, ${carriedOut ? "" : "not "}carried out`);
    }
  }
});
