import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { check, type Planned, placed } from "../../../cli/config/check.js";
import { argumentsOf, type Run, runsOf, settingsOf } from "../../../cli/config/expand.js";
import { moreFor } from "../../../cli/config/more.js";
import { readConfig } from "../../../cli/config/read.js";

const file = join(t.testdir(), "oci-conform.yaml");
const HEAD = "format: oci-conform/config@1\n";

function runs(yaml: string): readonly Run[] {
  writeFileSync(file, HEAD + yaml);
  return runsOf(readConfig(file));
}

/** The plan for some runs of a config, all unless told otherwise. */
function plan(yaml: string, words: readonly string[] = [], wanted: (run: Run) => boolean = () => true): readonly Planned[] {
  const all = runs(yaml);
  const more = moreFor(words, all.filter(wanted));
  return all.filter(wanted).map((run) => {
    const settings = settingsOf(run, more.get(run) ?? new Map(), all);
    return { run, settings, args: argumentsOf(run, settings) };
  });
}

const lines = (planned: readonly Planned[]) => planned.map(({ run, args }) => [run.name, args.join(" ")]);

t.test("a target alone gets what stands there", async (t) => {
  const yaml = `
report: [tap, json=out/results.json]
targets:
  - name: crun
    runtime: { only: [a, b], bin: crun --debug, bail: true, keep: false, jobs: 2, out: there }
`;
  const [planned] = plan(yaml);
  t.strictSame(planned?.args, [
    ...["--bin", "crun --debug", "--jobs", "2", "--only", "a", "--only", "b", "--bail"],
    ...["--report", "tap", "--report", "json=out/results.json", "--out", "there"],
  ]);
  t.match(planned?.run.target.kind.parse(planned.args), {
    bin: ["crun --debug"],
    bundled: false,
    only: ["a", "b"],
    jobs: 2,
    bail: true,
    report: ["tap", "json=out/results.json"],
    out: "there",
    strength: 2,
    level: "must",
    timeout: 10_000,
    runtimeArg: [],
    skip: [],
    list: false,
    keep: false,
  });
});

t.test("words that look like options, and values that may be left out", async (t) => {
  const [registry, image] = plan(`
targets:
  - name: r
    registry: { bundled-arg: --fault=x, authfile: --odd, namespace: "" }
  - name: i
    image: { paths: [generate, --tool] }
`);
  t.match(registry?.run.target.kind.parse(registry.args), { bundledArg: ["--fault=x"], authfile: "--odd", namespace: "" });
  t.match(image?.run.target.kind.parse(image.args), { paths: ["generate", "--tool"] });
  t.not(image?.args[0], "generate", "a path that is called like a command is a path");
  const [own] = plan("targets: [{ name: r, registry: { authfile: true } }]");
  t.match(own?.run.target.kind.parse(own.args), { authfile: true });
});

t.test("defaults go to those who have them, and give way", async (t) => {
  t.strictSame(
    lines(
      plan(`
defaults: { level: should, rate: 5, only: [x, y] }
targets:
  - name: r
    registry: {}
  - name: i
    image: { paths: p, only: z, level: must }
`),
    ),
    [
      ["r", "--rate 5 --only x --only y --level should --out .oci-conform/r"],
      ["i", "--only z --level must -- p"],
    ],
  );
});

t.test("a matrix makes a run of each combination; what they share is named after each", async (t) => {
  const made = plan(`
defaults: { out: results }
report: [junit=j.xml, tap]
targets:
  - name: i
    image: { report: [json=i.json] }
    matrix: { spec: [1.0.2, head], paths: [a/b, [a:b, c]] }
  - name: r
    registry: { out: own, report: json=r.json }
`);
  t.strictSame(lines(made), [
    ["i (spec=1.0.2, paths=a/b)", "--spec 1.0.2 --report json=i.i.spec-1.0.2.paths-a_b.json -- a/b"],
    ["i (spec=1.0.2, paths=a:b,c)", "--spec 1.0.2 --report json=i.i.spec-1.0.2.paths-a_b_c.json -- a:b c"],
    ["i (spec=head, paths=a/b)", "--spec head --report json=i.i.spec-head.paths-a_b.json -- a/b"],
    ["i (spec=head, paths=a:b,c)", "--spec head --report json=i.i.spec-head.paths-a_b_c.json -- a:b c"],
    ["r", "--report json=r.json --out own"],
  ]);
  const parts = runs(`
targets:
  - name: i
    image: {}
    matrix: { paths: [a/b, a_b, A_b, "${"x".repeat(200)}", "${"x".repeat(201)}"] }
`).map(({ part }) => part.toLowerCase());
  t.equal(new Set(parts).size, 5, "no two have the same files, on any file system");
  t.ok(parts.every((part) => /^[\w.-]{1,130}$/.test(part)));
});

t.test("names do not depend on which targets are asked for", async (t) => {
  const yaml = "report: json=r.json\ntargets: [{ name: a, registry: {} }, { name: b, registry: {} }]";
  t.strictSame(
    lines(plan(yaml, [], ({ name }) => name === "b")),
    lines(plan(yaml)).filter(([name]) => name === "b"),
  );
});

t.test("a matrix beyond reason is refused", async (t) => {
  const numbers = JSON.stringify(Array.from({ length: 32 }, (_, at) => at + 1));
  const yaml = `targets: [{ name: a, registry: {}, matrix: { jobs: ${numbers}, rate: ${numbers} } }]`;
  t.throws(() => runs(yaml), { message: `${file}:2: targets[0].registry: its matrix makes 1024 runs; 1000 are the most` });
});

t.test("what follows -- goes before the file", async (t) => {
  const yaml = `
defaults: { cases: 5 }
targets:
  - name: r
    registry: { seed: 1, only: x }
  - name: i
    image: { paths: p }
`;
  const words = ["--seed", "7", "--cases=9", "--only", "a", "--only=b", "--bail", "--report", "json=x.json", "--authfile", "f"];
  t.strictSame(lines(plan(yaml, words)), [
    ["r", "--authfile=f --cases 9 --seed 7 --only a --only b --bail --report json=x.r.json --out .oci-conform/r"],
    ["i", "--only a --only b --report json=x.i.json -- p"],
  ]);
  t.strictSame(lines(plan(yaml, ["--authfile", "--seed", "1", "--seed", "2"], ({ name }) => name === "r")), [
    ["r", "--authfile --cases 5 --seed 2 --only x --out .oci-conform/r"],
  ]);
  const refused: readonly (readonly [string[], string])[] = [
    [["--sede", "1"], "run: no target has an option --sede; did you mean --seed?"],
    [["--nonsense"], "run: no target has an option --nonsense"],
    [["--paths", "x"], "run: no target has an option --paths"],
    [["--bin", "x"], "run: none of these targets has an option --bin"],
    [["stray"], "run: after -- come options for every target; 'stray' is none"],
    [["--bail", "stray"], "run: after -- come options for every target; 'stray' is none"],
    [["--seed"], "run: --seed: its value is missing"],
    [["--seed", "x"], "--seed: 'x': must be a whole number from 0 to 2147483647"],
    [["--bail=x"], "--bail: must be true or false, not 'x'"],
  ];
  for (const [words, message] of refused) t.throws(() => plan(yaml, words), { name: "UsageError", message }, words.join(" "));
  const varied = "targets: [{ name: i, image: { paths: p }, matrix: { spec: [head] } }]";
  t.throws(() => plan(varied, ["--spec", "1.0.2"]), { message: "--spec: the matrix of i varies it" });
});

t.test("what only the commands know is checked before anything runs, and told with its place", async (t) => {
  const target = (options: string) => `targets:\n  - name: r\n    registry:\n      ${options}\n`;
  const cases: readonly (readonly [string, string])[] = [
    [
      target("only: registry.blob.get-okk"),
      ":5: targets[0].registry.only: registry.blob.get-okk: no such requirement; did you mean registry.blob.get-ok?",
    ],
    [target("grep: ("), ":5: targets[0].registry.grep: (: not a regular expression"],
    [target("user: me\n      authfile: true"), ":5: targets[0].registry.user: --user and --authfile exclude one another"],
    [target("pull-only: x"), ":5: targets[0].registry.pull-only: x: not NAME:TAG"],
    [target("report: jsno"), ":5: targets[0].registry.report: jsno: unknown format 'jsno'; did you mean json?"],
    [`report: json=/\n${target("jobs: 1")}`, ":2: report: json=/: / is a directory"],
    ["targets: [{ name: i, image: {} }]", ":2: targets[0].image: which layout? (see oci-conform image --help)"],
    [
      `${target("report: json=x.json")}  - name: q\n    registry: { report: [tap, tap=./x.json] }\n`,
      ":7: targets[1].registry.report: tap=./x.json: r writes that file too",
    ],
    [target("report: [json=x, tap=x]"), ":5: targets[0].registry.report: tap=x: stands here twice"],
  ];
  for (const [yaml, said] of cases) {
    const refused = await check(plan(yaml)).then(
      () => "taken",
      (thrown: unknown) => (thrown instanceof Error ? thrown.message.replace(file, "") : "no error"),
    );
    t.equal(refused.slice(0, said.length), said);
  }
  await t.resolves(check(plan(target("only: registry.blob\n      report: tap"))));
  const [planned] = plan(target("server: no-such"));
  if (planned) t.equal(placed(planned, "--server no-such: not found").message, `${file}:5: targets[0].registry.server: no-such: not found`);
});
