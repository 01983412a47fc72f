import t from "tap";
import { HarnessErrors } from "../../runners/harness-errors.js";

t.test("each complaint is told once, and of very many the first and their number", async (t) => {
  const complaints = new HarnessErrors();
  t.same(complaints.inResults, {});
  complaints.add("a");
  complaints.add("a");
  t.same(complaints.inResults, { complaints: ["a"] });
  for (let n = 0; n < 1000; n++) complaints.add(`b${n}`);
  t.equal(complaints.inResults.complaints?.length, 21);
  t.equal(complaints.inResults.complaints?.at(-1), "and 981 more");
});
