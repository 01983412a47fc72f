import t from "tap";

import { covered } from "../../../generators/covering/cover.js";
import { allSequences, lives, sequenceCases } from "../../../generators/runtime/sequences.js";
import { Drawing } from "../../../runners/draw.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import { operationSequences } from "../../../suites/runtime/lifecycle/sequences.js";
import { factsOf } from "../../suites/runtime/fixture.js";

const found = allSequences();
const cases = sequenceCases("1.3.0", found.sequences);
const drawn = cases.map((each) => ({ ...each, drawn: new Drawing<RuntimeCase>(1).next(each.cases) }));

/** What a case does to each of its containers, in words, without what is awaited and asked. */
const operationsOf = ({ steps, containers }: RuntimeCase): readonly string[] =>
  containers.map((_, container) =>
    steps
      .filter((step) => "container" in step && step.container === container && step.op !== "state" && step.op !== "await")
      .map((step) => (step.op === "kill" ? `kill ${step.signal}` : step.op))
      .join(", "),
  );

t.test("all sequences are there, or there is a reason", async (t) => {
  const all = 4 * (7 + 7 ** 2 + 7 ** 3 + 7 ** 4);
  const excluded = found.excluded.reduce((sum, { combinations }) => sum + combinations, 0);
  t.equal(found.possible + excluded, all, "of seven operations in four statuses");
  const [part] = operationSequences(factsOf());
  const covers = part?.rows.flatMap((row) => row.covers) ?? [];
  t.equal(covered(covers, part?.strength ?? 0), part?.possible, "as what is covered by construction");
});

/** Which operations succeed, by the status in which they do, and what comes of it. */
const SUCCEEDS: Readonly<Record<string, string>> = {
  "absent create": "created",
  "created start": "running",
  "created run": "stopped",
  "created kill KILL": "stopped",
  "running kill TERM": "stopped",
  "running kill KILL": "stopped",
  "running kill USR1": "running",
  "stopped delete": "absent",
};

/** The sequences that a case carries out: each operation after all that succeeded before it. */
const carriedOut = (subject: RuntimeCase): ReadonlySet<string> =>
  new Set(
    operationsOf(subject).flatMap((operations, container) => {
      const way: string[] = [];
      let status = "absent";
      return operations.split(", ").map((operation) => {
        const runs = operation === "start" && status === "created" && subject.containers[container]?.hold !== true;
        const move = runs ? "run" : operation;
        const sequence = [...way, move].join(", ");
        const then = SUCCEEDS[`${status} ${move}`];
        if (then !== undefined) {
          way.push(move);
          status = then;
        }
        return sequence;
      });
    }),
  );

t.test("each is carried out", async (t) => {
  for (const { sequences, drawn: each } of drawn) {
    const done = carriedOut(each.case);
    const missing = sequences.map(({ moves }) => moves.join(", ")).filter((sequence) => !done.has(sequence));
    t.strictSame(missing, [], each.case.title);
    t.ok(each.case.containers.length <= 8, "the worker has slots for no more containers");
  }
});

t.test("a sequence by itself is just that, and what ends the container", async (t) => {
  const alone = (moves: string): readonly string[] => {
    const only = found.sequences.filter((each) => each.moves.join(", ") === moves);
    const [made] = sequenceCases("1.3.0", only);
    return made ? operationsOf(new Drawing<RuntimeCase>(1).next(made.cases).case) : [];
  };
  t.strictSame(alone("delete"), ["delete"]);
  t.strictSame(alone("create, delete"), ["create, delete, kill KILL, delete"]);
  t.strictSame(alone("create, run, delete, create"), ["create, start, delete, create, kill KILL, delete"]);
  t.strictSame(alone("create, start, kill TERM, start"), ["create, start, kill TERM, start, delete"]);
});

t.test("the state is asked after each operation, and nothing is awaited that need not come", async (t) => {
  for (const each of drawn) {
    const { steps } = each.drawn.case;
    const isOperation = (step: Step | undefined): boolean =>
      step !== undefined && "container" in step && !["state", "await"].includes(step.op);
    steps.forEach((step, at) => {
      const following = steps[at + 1]?.op === "await" ? steps[at + 2] : steps[at + 1];
      if (isOperation(step)) t.equal(following?.op, "state");
    });
    // A signal that need not end a process is followed by no wait for its end.
    steps.forEach((step, at) => {
      if (step.op === "kill" && step.signal === "USR1") t.not(steps[at + 1]?.op, "await");
    });
  }
});

t.test("shrinks to one sequence, and then to fewer operations", async (t) => {
  const isBad = (each: RuntimeCase): boolean => operationsOf(each).some((operations) => operations.includes("create, delete"));
  let small = drawn.map(({ drawn }) => drawn).find((each) => isBad(each.case));
  for (let next = small; next; next = [...(small?.shrinks() ?? [])].find((each) => isBad(each.case))) small = next;
  t.equal(small?.case.title, "the operations create, delete");
  t.equal(small?.case.containers.length, 1);
});

t.test("sequences that begin alike share a life", async (t) => {
  const shared = lives([["create"], ["create", "create"], ["create", "start"], ["create", "start", "delete"], ["create", "delete"]]);
  t.strictSame(
    shared.map(({ moves }) => moves),
    [
      ["create", "start"],
      ["create", "delete"],
    ],
  );
  t.strictSame(shared[0]?.aside, [[], ["create"], ["delete"]]);
});
