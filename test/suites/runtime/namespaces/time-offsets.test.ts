import t from "tap";

import timeOffsets from "../../../../suites/runtime/namespaces/time-offsets.js";
import { exampleProblems, lacks } from "../examples.js";
import { factsOf, hostOf, linuxOf, probe, ran, verdictBy } from "../fixture.js";

const verdict = verdictBy.bind(null, timeOffsets);

for (const clock of ["monotonic", "boottime"] as const) {
  const id = `runtime.time-offsets.${clock}`;
  const seen = (secs: number, nanosecs: number) => ({
    inside: { timeOffsets: { monotonic: [0, 0] as const, boottime: [0, 0] as const, [clock]: [secs, nanosecs] as const } },
  });
  const config = linuxOf({ namespaces: [{ type: "time" }], timeOffsets: { [clock]: { secs: 5, nanosecs: 7 } } });

  t.test(id, async (t) => {
    t.equal(verdict(id, { config, ...seen(5, 7) }), "pass");
    t.equal(verdict(id, { config, ...seen(0, 0) }), "fail");
    t.equal(verdict(id, { config, ...seen(5, 0) }), "fail");
    t.equal(verdict(id, { config, inside: { timeOffsets: null } }), undefined, "the kernel does not say");
    t.equal(verdict(id, { config, ...seen(0, 0), inside: null, start: ran(1) }), undefined, "it did not start");
    t.equal(verdict(id, { config: linuxOf({ timeOffsets: { [clock]: { secs: 5 } } }), ...seen(0, 0) }), undefined, "no namespace");
    const nothing = linuxOf({ namespaces: [{ type: "time" }], timeOffsets: { [clock]: { secs: 0 } } });
    t.equal(verdict(id, { config: nothing, ...seen(0, 0) }), undefined, "an offset of zero proves nothing");
    const outside = probe({ timeOffsets: { monotonic: [9, 0], boottime: [9, 0] } });
    t.equal(verdict(id, { config, ...seen(14, 7), host: hostOf({ outside }) }), undefined, "the runtime's own clocks are shifted");
  });
}

t.test("a negative offset", async (t) => {
  const config = linuxOf({ namespaces: [{ type: "time" }], timeOffsets: { monotonic: { secs: -2, nanosecs: 500_000_000 } } });
  const inside = { timeOffsets: { monotonic: [-2, 500_000_000], boottime: [0, 0] } } as const;
  t.equal(verdict("runtime.time-offsets.monotonic", { config, inside }), "pass");
});

t.test("examples", async (t) => {
  t.same(exampleProblems(timeOffsets, factsOf()), []);
  t.match(lacks(timeOffsets, factsOf({ namespaces: ["pid"] })), [/time/]);
});
