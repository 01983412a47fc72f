import t from "tap";

import { caseOfSignals, SIGNALS } from "../../../generators/runtime/signals.js";

const killed = (signals: typeof SIGNALS): readonly (readonly string[])[] => {
  const { steps, containers } = caseOfSignals("1.3.0", signals);
  return containers.map((_, container) =>
    steps.flatMap((step) => (step.op === "kill" && step.container === container ? [step.signal] : [])),
  );
};

t.test("each signal in each spelling, once to a program, and SIGTERM at last", async (t) => {
  const programs = killed(SIGNALS);
  t.strictSame(
    programs.map((each) => each.at(-1)),
    ["TERM", "SIGTERM", "15"],
  );
  t.strictSame([...programs.flat()].sort(), SIGNALS.map(({ text }) => text).sort());
  for (const program of programs) {
    const numbers = program.map((text) => SIGNALS.find((each) => each.text === text)?.number);
    t.equal(new Set(numbers).size, numbers.length, "what is there twice might have come once");
  }
  t.strictSame(
    ["9", "KILL", "SIGSTOP", "18", "32", "33", "34"].filter((each) => SIGNALS.some(({ text }) => text === each)),
    [],
    "none that a program cannot be seen to get",
  );
});

t.test("a signal by itself", async (t) => {
  t.strictSame(killed(SIGNALS.filter(({ text }) => text === "SIGHUP")), [["SIGHUP", "TERM"]]);
});
