import t from "tap";
import { annotations } from "../../../reports/github.js";
import { html } from "../../../reports/html/html.js";
import { markdown } from "../../../reports/markdown/markdown.js";
import { byCause, withCauses } from "../../../reports/results/causes.js";
import type { Finding, RequirementResult } from "../../../reports/results/results.js";
import { sarif } from "../../../reports/sarif/sarif.js";
import { terminal } from "../../../reports/terminal/terminal.js";
import { failed, ours, passed, play, resultsOf, Screen } from "../fixture.js";

const of = (id: string, finding: Partial<Finding>, more: Partial<RequirementResult> = {}): RequirementResult => ({
  ...failed,
  id,
  finding: { expected: "it runs", actual: "it does not", case: "a case", replay: "replay", ...finding },
  ...more,
});
/** The groups of two or more. */
const groups = (...results: readonly RequirementResult[]): readonly (readonly string[])[] =>
  byCause(withCauses([passed, ...results]).filter(({ finding }) => finding))
    .filter(({ others }) => others.length > 0)
    .map(({ first, others }) => [first, ...others].map(({ id }) => id));

const said = (words: string, time = "2026-01-02T03:04:05Z"): Partial<Finding> => ({
  actual: `time=${time} ${words}`,
  output: `create: time=${time} ${words}\nstate: no such container`,
});

t.test("findings of the same smallest case are one, whatever they expected", async (t) => {
  const [a, b, c] = [
    of("runtime.a.a", { input: "1" }),
    of("runtime.b.b", { input: "1", actual: 7 }),
    of("runtime.c.c", { input: "2", actual: 8 }),
  ];
  t.strictSame(groups(a, b, c), [["runtime.a.a", "runtime.b.b"]]);
  t.strictSame(
    groups(a, { ...ours, finding: { ...(b?.finding ?? { expected: 0, actual: 0, case: "", replay: "" }) } }),
    [],
    "a rule of ours is about something else",
  );
});

t.test("findings of the same words of the target are one, but not of words that any error has", async (t) => {
  const option = (name: string, words: string, time?: string): RequirementResult => of(`runtime.mounts.${name}`, said(words, time));
  const words = "mount tmpfs to mnt/one: Invalid argument";
  t.strictSame(
    groups(
      option("loud", words),
      option("silent", words, "2027-01-01T00:00:00Z"),
      option("ro", "mount tmpfs to mnt/two: Invalid argument"),
    ),
    [["runtime.mounts.loud", "runtime.mounts.silent"]],
  );
  const short = { actual: "Invalid argument", output: "create: Invalid argument" };
  t.strictSame(groups(of("runtime.a.a", short), of("runtime.b.b", short)), []);
  const quiet = { actual: "create succeeded where it must not", output: "" };
  t.strictSame(groups(of("runtime.a.a", quiet), of("runtime.a.b", quiet)), [], "our words are not the target's");
});

t.test("within an area, findings that expected and saw the same are one, where that is telling", async (t) => {
  const sets = { expected: ["shared", "not unbindable"], actual: [] };
  t.strictSame(groups(of("runtime.mounts.shared", sets), of("runtime.mounts.rshared", sets), of("runtime.rootfs.shared", sets)), [
    ["runtime.mounts.shared", "runtime.mounts.rshared"],
  ]);
  const plain = { expected: "create generates an error", actual: "create succeeded" };
  t.strictSame(groups(of("runtime.devices.a", plain), of("runtime.devices.b", plain)), []);
  t.strictSame(groups(of("runtime.devices.a", { ...sets, expected: [] }), of("runtime.devices.b", { ...sets, expected: [] })), []);
});

t.test("likenesses make no chain", async (t) => {
  const words = said("mount tmpfs to mnt/one: Invalid argument");
  t.strictSame(groups(of("runtime.a.a", { input: "1" }), of("runtime.b.b", { input: "1", ...words }), of("runtime.c.c", words)), [
    ["runtime.a.a", "runtime.b.b"],
  ]);
});

t.test("people see a group once, with all that it breaks; JSON has each", async (t) => {
  const alike = { input: "1", expected: ["x"], actual: [] };
  const requirements = withCauses([
    of("runtime.a.first", alike),
    of("runtime.a.second", alike),
    of("runtime.a.third", { input: "1", expected: 3, actual: 4 }),
  ]);
  const results = resultsOf(requirements);
  const gate = { gate: "must", env: {} } as const;
  const screen = new Screen();
  await play(terminal(screen, gate), results);
  t.equal(screen.text.match(/^✗ MUST/gm)?.length, 1);
  t.match(screen.text, /^ {2}breaks too {2}runtime\.a\.second$/m);
  t.match(screen.text, /^ {2}breaks too {2}MUST runtime\.a\.third: expected 3, actual 4$/m);
  t.match(screen.text, /3 MUST findings, all of one cause/);
  const text = markdown([results], gate);
  t.equal(text.match(/^#### MUST/gm)?.length, 1);
  t.match(text, /^- breaks too: \[`runtime\.a\.second`\]/m);
  t.match(text, /^- breaks too: MUST \[`runtime\.a\.third`\]\(.*\): Expected `3`, actual `4`\.$/m);
  const commands = annotations([results], gate);
  t.equal(commands.match(/^::error/gm)?.length, 1);
  t.match(commands, /Breaks too: runtime\.a\.second, runtime\.a\.third/);
  const list = /<section class="findings fail">[\s\S]*?<\/section>/.exec(html([results], gate))?.[0] ?? "";
  t.equal(list.match(/<li>/g)?.length, 1);
  t.match(list, /breaks too: .*runtime\.a\.second.*runtime\.a\.third/);
  t.match(sarif([results], gate), /It has the same cause as runtime\.a\.first\./);
  t.strictSame(
    requirements.map(({ finding }) => finding?.cause),
    ["runtime.a.first", "runtime.a.first", "runtime.a.first"],
  );
});
