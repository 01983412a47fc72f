import t from "tap";
import { type HistoryEvent, isLinearizable } from "../../../suites/registry/linearizability.js";

const write = (value: string | undefined, begun: number, ended: number): HistoryEvent => ({ kind: "write", value, begun, ended });
const read = (value: string | undefined, begun: number, ended: number): HistoryEvent => ({ kind: "read", value, begun, ended });

t.test("orders that explain a history", async (t) => {
  t.ok(isLinearizable([], "a"));
  t.ok(isLinearizable([read("a", 0, 1)], "a"));
  t.ok(isLinearizable([write("b", 0, 10), read("a", 1, 2), read("b", 3, 4)], "a"), "a write under way takes place between two reads");
  t.ok(isLinearizable([write("b", 0, 10), write("c", 0, 10), read("c", 11, 12), read("c", 13, 14)], "a"));
  t.ok(isLinearizable([write("b", 0, 1), write(undefined, 2, 3), read(undefined, 4, 5)], "a"), "a deletion is a write of nothing");
  t.ok(
    isLinearizable([{ ...write("b", 0, 1), uncertain: true }, read("a", 2, 3)], "a"),
    "what was not acknowledged need not have happened",
  );
  t.ok(isLinearizable([{ ...write("b", 0, 1), uncertain: true }, read("b", 2, 3)], "a"), "and may have");
});

t.test("histories that no order explains", async (t) => {
  t.notOk(isLinearizable([read("b", 0, 1)], "a"), "a value that nobody wrote");
  t.notOk(isLinearizable([write("b", 0, 1), read("a", 2, 3)], "a"), "a stale read");
  t.notOk(isLinearizable([write("b", 0, 10), read("b", 1, 2), read("a", 3, 4)], "a"), "back to the old value");
  t.notOk(isLinearizable([write("b", 0, 10), read(undefined, 1, 2)], "a"), "gone while it is replaced");
  t.notOk(isLinearizable([write("b", 0, 1), write("c", 2, 3), read("b", 4, 5)], "a"));
});
