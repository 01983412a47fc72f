import t from "tap";

import { ALGORITHMS, isAlgorithm, isDigest, isName, isTag, MAX_TAG_LENGTH, referrersTag } from "../../../spec/distribution/grammar.js";

/** Judges good and bad texts by a grammar. */
function judged(
  t: { ok: (value: boolean, message: string) => unknown },
  grammar: (text: string) => boolean,
  good: readonly string[],
  bad: readonly string[],
): void {
  for (const text of good) t.ok(grammar(text), `good: ${JSON.stringify(text)}`);
  for (const text of bad) t.ok(!grammar(text), `bad: ${JSON.stringify(text)}`);
}

/** Names that are outside of every release's grammar. */
const NEVER = ["", "/", "a/", "/a", "a//b", "A", "aB", "a.", ".a", "a/-b", "a_", "_a", "-", "a..b", "a._b", "a-.b", "a___b", "a b", "a\n"];
const REPEATED = ["a__b", "a--b", "a-----b", "a/b__c/d--e"];
const ALWAYS = ["a", "0", "a/b", "a.b", "a_b", "a-b", "a.b_c-d/e0/9", `${"a".repeat(255)}`, "a/".repeat(50).concat("b")];

t.test("repository names", async (t) => {
  judged(t, (text) => isName(text), [...ALWAYS, ...REPEATED], [...NEVER, "é", "a:b", "a@b", "a%2fb", "../a"]);
  judged(t, (text) => isName(text, "1.1.1"), [...ALWAYS, ...REPEATED], NEVER);
  judged(t, (text) => isName(text, "1.0.1"), ALWAYS, [...NEVER, ...REPEATED]);
});

t.test("a name is judged in time that grows with its length", async (t) => {
  const started = Date.now();
  for (const separator of ["-", "_", "."]) isName(`${`a${separator}`.repeat(20_000)}!`);
  isName(`${"-".repeat(20_000)}!`);
  t.ok(Date.now() - started < 2_000);
});

t.test("tags", async (t) => {
  const longest = "t".repeat(MAX_TAG_LENGTH);
  judged(
    t,
    isTag,
    ["a", "_", "0", "latest", "v1.0-rc.1", "_-..", "A_B", longest],
    ["", ".", "-", ".a", "-a", "a:b", "a/b", "a+b", "a b", "ä", "a\n", `${longest}t`],
  );
});

t.test("digests", async (t) => {
  const [short, long] = ["a".repeat(ALGORITHMS.sha256), "0".repeat(ALGORITHMS.sha512)];
  judged(
    t,
    isDigest,
    [`sha256:${short}`, `sha512:${long}`, "sha256+b64u:LCa0a2j_xo-5m0U8HTBBNBNCLXBkg7=", "multihash+base58:QmRZx", "md5:0", "a.b_c-d+e:0"],
    [
      "",
      ":",
      "sha256",
      "sha256:",
      `:${short}`,
      short,
      `sha256:${short}a`,
      `sha256:${short.slice(1)}`,
      `sha256:${short.toUpperCase()}`,
      `sha256:${short.slice(1)}g`,
      `sha512:${short}`,
      `sha512:${long}0`,
      `SHA256:${short}`,
      `sha256:${short}\n`,
      `sha256::${short}`,
      "a++b:0",
      "+a:0",
      "a:b/c",
      "a:b:c",
    ],
  );
  t.ok(isAlgorithm("sha256") && isAlgorithm("sha512"));
  t.notOk(isAlgorithm("md5") || isAlgorithm("toString"));
});

t.test("the tag for the referrers of a digest is a tag, cut short where it must be", async (t) => {
  t.equal(referrersTag(`sha256:${"a".repeat(64)}`), `sha256-${"a".repeat(64)}`);
  t.equal(referrersTag(`sha512:${"b".repeat(128)}`), `sha512-${"b".repeat(64)}`);
  const odd = referrersTag(`${"x+y".repeat(20)}:${"Q=".repeat(60)}`);
  t.equal(odd, `${"x-y".repeat(11).slice(0, 32)}-${"Q-".repeat(32)}`);
  t.ok(isTag(odd));
});
