import t from "tap";

import { covered } from "../../../generators/covering/cover.js";
import { createdAgain } from "../../../generators/runtime/created-again.js";
import { Drawing } from "../../../runners/draw.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import { fakeHost, fakeRootlessHost, fakeUnifiedHost } from "../../runners/runtime/host-fixture.js";

const AIMS = ["runtime.create.creates-container"];

/** What is done to the container, but for its state. */
const wordsOf = ({ steps }: RuntimeCase): string =>
  steps
    .filter(({ op }) => op !== "state")
    .map((step: Step) => (step.op === "delete" && step.force ? "delete by force" : step.op))
    .join(" ");

t.test("each level of each factor is in a container that is created twice", async (t) => {
  const ends = new Set<string>();
  for (const host of [fakeHost(), fakeUnifiedHost(), fakeRootlessHost()]) {
    const { rows, strength, possible } = createdAgain({ host, release: "1.3.0" }, AIMS);
    t.equal(
      covered(
        rows.flatMap(({ covers }) => covers),
        strength,
      ),
      possible,
    );
    const drawing = new Drawing<RuntimeCase>(1);
    for (const { cases } of rows) {
      const drawn = drawing.next(cases).case;
      ends.add(wordsOf(drawn));
      const [first, second] = drawn.steps.filter(({ op }) => op === "create");
      t.strictSame(second, first, "by the same words");
      t.equal(drawn.containers[0]?.config.linux?.netDevices, undefined, "what goes with the first container is none of the second's");
    }
  }
  t.strictSame(
    [...ends].sort(),
    [
      "create kill await delete create start await delete",
      "create delete by force create start await delete",
      "create start await delete create start await delete",
    ].sort(),
  );
});
