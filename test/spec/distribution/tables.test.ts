import t from "tap";

import { ERROR_CODE, ERROR_CODES, isErrorCode, SCHEMA1_CODES } from "../../../spec/distribution/error-codes.js";
import { atLeast, inForce, isRelease, RELEASES } from "../../../spec/distribution/releases.js";

t.test("releases are in order, and head is the newest", async (t) => {
  t.ok(atLeast("head", "1.1.1") && atLeast("1.1.1", "1.1.1") && atLeast("1.1.1", "1.0.1"));
  t.notOk(atLeast("1.0.1", "1.1.1") || atLeast("1.1.1", "head"));
  t.ok(RELEASES.every(isRelease));
  t.notOk(isRelease("1.1.0") || isRelease("main"));
});

t.test("a statement is in force from its first release to its last", async (t) => {
  const spans: readonly (readonly [{ since?: string; until?: string }, readonly boolean[]])[] = [
    [{}, [true, true, true]],
    [{ since: "1.0.1" }, [true, true, true]],
    [{ since: "1.1.1" }, [false, true, true]],
    [{ since: "head" }, [false, false, true]],
    [{ since: "1.0.1", until: "1.0.1" }, [true, false, false]],
    [{ since: "1.0.1", until: "1.1.1" }, [true, true, false]],
    [{ since: "1.1.1", until: "1.1.1" }, [false, true, false]],
  ];
  for (const [span, expected] of spans) {
    t.strictSame(
      RELEASES.map((release) => inForce(span, release)),
      expected,
      JSON.stringify(span),
    );
  }
});

t.test("error codes: fourteen, each with statuses that refuse", async (t) => {
  t.equal(Object.keys(ERROR_CODES).length, 14);
  for (const [code, { situation, statuses }] of Object.entries(ERROR_CODES)) {
    t.match(code, ERROR_CODE);
    t.ok(situation.length > 0 && statuses.length > 0 && statuses.every((status) => status >= 400 && status < 500), code);
  }
  t.ok(isErrorCode("BLOB_UNKNOWN"));
  t.notOk(isErrorCode("blob_unknown") || isErrorCode("toString") || SCHEMA1_CODES.some(isErrorCode));
  t.notMatch("RANGE_INVALID2", ERROR_CODE);
});
