import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import t, { type Test } from "tap";
import { parse } from "yaml";
import { installed } from "../cli/process.js";
import { fencesIn } from "../markdown.js";
import { problemsOfAction, problemsOfWorkflow } from "./github-schemas.js";
import { Bench, type Ended, ours } from "./shell.js";

const ACTION = "ci/github/action.yml";
const text = readFileSync(ACTION, "utf8");

t.test("the action keeps to GitHub's schema of actions", async (t) => {
  t.strictSame(problemsOfAction(text), []);
  t.not(problemsOfAction(text.replace("using: composite", "using: composite\n  image: x")).length, 0);
  t.not(problemsOfAction(text.replace("shell: bash", "shel: bash")).length, 0);
});

t.test("the workflows of the docs keep to GitHub's schema of workflows", async (t) => {
  const workflows = readdirSync("docs").flatMap((name) =>
    fencesIn(readFileSync(`docs/${name}`, "utf8")).filter((fence) => fence.language === "yaml" && /^on:/m.test(fence.text)),
  );
  t.ok(workflows.length > 0);
  for (const workflow of workflows) t.strictSame(problemsOfWorkflow(workflow.text), [], workflow.text);
  t.not(problemsOfWorkflow((workflows[0]?.text ?? "").replace("runs-on", "run-on")).length, 0);
});

t.test("inputs, outputs and scripts that are named are there", async (t) => {
  const action = parse(text) as { inputs: object; runs: { steps: { id?: string; run?: string }[] } };
  const named = (pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ""))].sort();
  t.strictSame(named(/inputs\.([\w-]+)/g), Object.keys(action.inputs).sort(), "every input is used, and no other");
  for (const output of named(/steps\.([\w-]+\.outputs\.[\w-]+)/g)) {
    const [id, , name] = output.split(".");
    const script = action.runs.steps.find((step) => step.id === id)?.run?.match(/(\w+\.sh)/)?.[1];
    t.match(readFileSync(`ci/github/${script}`, "utf8"), `"${name}=`, output);
  }
  for (const script of named(/\$GITHUB_ACTION_PATH\/([\w.]+)/g)) t.ok(statSync(`ci/github/${script}`).mode & 0o100, script);
});

const shellcheck = installed("shellcheck") ? false : "needs shellcheck";
t.test("shellcheck has nothing to say of the scripts", { skip: shellcheck }, async (t) => {
  const scripts = ["ci/github", "ci/kubernetes"].flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => name.endsWith(".sh"))
      .map((name) => ours(`${directory}/${name}`)),
  );
  t.strictSame(await new Bench(t).run(["shellcheck", ...scripts], {}), { code: 0, stdout: "", stderr: "" });
});

/** Runs a script of the action as a runner does. */
const step = (bench: Bench, script: string, env: Readonly<Record<string, string>>): Promise<Ended> => {
  mkdirSync(bench.path("temp"), { recursive: true });
  return bench.run([ours(`ci/github/${script}`)], {
    RUNNER_TEMP: bench.path("temp"),
    GITHUB_OUTPUT: bench.path("outputs"),
    GITHUB_PATH: bench.path("path"),
    ...env,
  });
};

/** The outputs of a step; the last of a name holds. */
const outputs = (bench: Bench): Record<string, string> =>
  Object.fromEntries(
    bench
      .read("outputs")
      .split("\n")
      .slice(0, -1)
      .map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

const REPORTS = (results: string) =>
  `[--report] [json=${results}/results.json] [--report] [junit=${results}/results.xml] [--report] [html=${results}/results.html]`;

t.test("run.sh calls the suite with its arguments, and passes the exit code on", async (t) => {
  const run = async (t: Test, env: Readonly<Record<string, string>>, body = "") => {
    const bench = new Bench(t).fake("oci-conform", body);
    return { bench, ended: await step(bench, "run.sh", { ARTIFACT: "a", ...env }), results: bench.path("temp/oci-conform-results/a") };
  };
  await t.test("quotes are a shell's, and nothing is expanded", async (t) => {
    const { bench, ended, results } = await run(
      t,
      { SUITE: "runtime", ARGS: `--bin "runsc --x" \n --only '$HOME*' --grep a\\ b` },
      "exit 1",
    );
    t.equal(ended.code, 0, ended.stderr);
    t.strictSame(bench.calls(), [`oci-conform [runtime] [--bin] [runsc --x] [--only] [$HOME*] [--grep] [a b] ${REPORTS(results)}`]);
    t.strictSame(outputs(bench), { results, "exit-code": "1" });
  });
  await t.test("without arguments, with a baseline", async (t) => {
    const { bench, results } = await run(t, { SUITE: "registry", ARGS: "", BASELINE: "known failures.yaml" });
    t.strictSame(bench.calls(), [`oci-conform [registry] [--baseline] [known failures.yaml] ${REPORTS(results)}`]);
    t.strictSame(outputs(bench), { results, "exit-code": "0" });
  });
  await t.test("options after the targets of a config file go to each of them", async (t) => {
    const { bench, results } = await run(t, { SUITE: "run", CONFIG: "conf.yaml", ARGS: "--target crun", BASELINE: "b" });
    t.strictSame(bench.calls(), [`oci-conform [run] [conf.yaml] [--target] [crun] [--] [--baseline] [b] ${REPORTS(results)}`]);
  });
  await t.test("a -- of the user's is the only one", async (t) => {
    const { bench, results } = await run(t, { SUITE: "run", ARGS: "-- --jobs 2" });
    t.strictSame(bench.calls(), [`oci-conform [run] [oci-conform.yaml] [--] [--jobs] [2] ${REPORTS(results)}`]);
  });
  await t.test("failing cases are kept with the results", async (t) => {
    const body =
      'for d in failures/x crun/failures/y; do mkdir -p ".oci-conform/$d"; echo "$d" > ".oci-conform/$d/case.json"; done; exit 1';
    const { bench } = await run(t, { SUITE: "runtime" }, body);
    for (const kept of ["failures/x", "crun/failures/y"]) t.equal(bench.read(`temp/oci-conform-results/a/${kept}/case.json`), `${kept}\n`);
  });
  await t.test("what cannot be understood is bad use", async (t) => {
    for (const env of [{ SUITE: "imagine" }, { SUITE: "runtime", ARGS: "--bin 'runc" }]) {
      const { bench, ended } = await run(t, env);
      t.equal(ended.code, 64);
      t.match(ended.stdout, /^::error title=oci-conform::(suite: 'imagine' is none|args: the quotes do not match)/m);
      t.strictSame(bench.calls(), []);
    }
  });
});

t.test("run.sh goes by sudo where it is asked to and is not root", async (t) => {
  const bench = new Bench(t)
    .fake("oci-conform")
    .fake("id", "echo 1000")
    .fake("sudo", 'while [ "$1" = --preserve-env ]; do shift; done; "$@"')
    .fake("chown");
  t.equal((await step(bench, "run.sh", { ARTIFACT: "a", SUITE: "runtime", ROOT: "true" })).code, 0);
  const [, sudo, conform, ...rest] = bench.calls();
  t.match(sudo, /^sudo \[--preserve-env\] \[env\] \[PATH=.*\] \[oci-conform\] \[runtime\]/);
  t.match(conform, /^oci-conform \[runtime\]/);
  t.ok(
    rest.some((call) => call.startsWith("chown [-R] [1000]")),
    "the results are the runner's again",
  );
});

/** What `gh run list` answers: newest first. */
const RUNS = JSON.stringify([
  { databaseId: 9, event: "push", status: "in_progress" },
  { databaseId: 8, event: "pull_request", status: "completed" },
  { databaseId: 7, event: "push", status: "completed" },
  { databaseId: 6, event: "schedule", status: "completed" },
]);

t.test(
  "compare.sh compares with the newest run of the branch that has results",
  { skip: installed("jq") ? false : "needs jq" },
  async (t) => {
    const compare = async (t: Test, gh: string, conform = "", env: Readonly<Record<string, string>> = {}) => {
      const bench = new Bench(t).fake("oci-conform", conform).fake("gh", gh);
      bench.write("new/results.json", "new");
      const given = { RESULTS: bench.path("new"), ARTIFACT: "a", BRANCH: "main", GITHUB_REPOSITORY: "o/r", ...env };
      const workflow = "o/r/.github/workflows/conformance.yml@refs/pull/3/merge";
      return { bench, ended: await step(bench, "compare.sh", { GITHUB_WORKFLOW_REF: workflow, ...given }) };
    };
    const list = `[ "$2" = list ] && { printf '%s' '${RUNS}' | jq -r "\${@: -1}"; exit; }`;
    /** Downloads results from this run on; newer ones have none. */
    const from = (run: number) =>
      `${list}\n[ "$3" = ${run} ] || { echo 'no artifact' >&2; exit 1; }\nmkdir -p "\${@: -1}"; echo old > "\${@: -1}/results.json"`;
    const summary = `last="\${@: -1}"; echo "# compared" > "\${last#markdown=}"`;

    await t.test("equal or better", async (t) => {
      const { bench, ended } = await compare(t, from(7), summary, { GITHUB_STEP_SUMMARY: "summary" });
      t.equal(ended.code, 0, ended.stderr);
      t.match(bench.calls()[0], /^gh \[run\] \[list\] \[--repo\] \[o\/r\] \[--workflow\] \[conformance\.yml\] \[--branch\] \[main\]/);
      t.match(
        bench.calls()[1],
        /^gh \[run\] \[download\] \[7\] \[--repo\] \[o\/r\] \[--name\] \[a\]/,
        "neither one under way nor a pull request's",
      );
      t.match(
        bench.calls()[2],
        /^oci-conform \[report\] \[compare\] \[.*before\/a\/results\.json\] \[.*new\/results\.json\] \[--report\] \[markdown=.*new\/compare\.md\]$/,
      );
      t.equal(bench.calls().length, 3);
      t.strictSame(outputs(bench), { regression: "false" });
      t.equal(bench.read("summary"), "# compared\n");
    });
    await t.test("worse", async (t) => {
      const { bench, ended } = await compare(t, from(7), "exit 1");
      t.equal(ended.code, 0, "the last step ends the job, after the results are kept");
      t.strictSame(outputs(bench), { regression: "true" });
    });
    await t.test("an older run, where the newest left nothing", async (t) => {
      const { bench } = await compare(t, from(6));
      t.match(bench.calls().join("\n"), /download\] \[7\][\s\S]*download\] \[6\][\s\S]*compare\]/);
    });
    await t.test("what cannot be compared is told", async (t) => {
      const { bench, ended } = await compare(t, from(7), "exit 64");
      t.match(ended, {
        code: 0,
        stdout: /::warning title=oci-conform::results\.json could not be compared with the run 7 of main \(exit code 64\)/,
      });
      t.strictSame(outputs(bench), { regression: "false" });
    });
    await t.test("results of another target have none before them", async (t) => {
      const { bench, ended } = await compare(t, `${list}\nmkdir -p "\${@: -1}"; echo old > "\${@: -1}/results.crun.json"`);
      t.match(ended, { code: 0, stdout: /::notice title=oci-conform::results\.json: the run 7 of main has no such results/ });
      t.strictSame(outputs(bench), { regression: "false" });
    });
    for (const [why, gh, env] of [
      ["no run", `${list.replace(RUNS, "[]")}`, {}],
      ["no artifact", `${list}\nexit 1`, {}],
      ["no permission", "exit 1", {}],
      ["no branch", "", { BRANCH: "" }],
    ] as const) {
      await t.test(`nothing to compare with: ${why}`, async (t) => {
        const { bench, ended } = await compare(t, gh, "", env);
        t.match(ended, { code: 0, stdout: /^::notice title=oci-conform::nothing to compare with: /m }, ended.stderr);
        t.strictSame(outputs(bench), { regression: "false" });
        t.notOk(bench.calls().some((call) => call.startsWith("oci-conform")));
      });
    }
  },
);

t.test("finish.sh ends as the run did, or fails for what is worse", async (t) => {
  for (const [CODE, REGRESSION, code] of [
    ["0", "", 0],
    ["0", "false", 0],
    ["0", "true", 1],
    ["1", "true", 1],
    ["2", "false", 2],
    ["70", "", 70],
  ] as const)
    t.equal((await step(new Bench(t), "finish.sh", { CODE, REGRESSION })).code, code, `${CODE} ${REGRESSION}`);
});

t.test("install.sh takes the package that is named, or the checkout around it", async (t) => {
  const npm =
    'mkdir -p "$5/node_modules/.bin"; printf "#!/bin/sh\\necho oci-conform 9.9.9\\n" > "$5/node_modules/.bin/oci-conform"; chmod +x "$5/node_modules/.bin/oci-conform"';
  const named = new Bench(t).fake("npm", npm);
  t.match(await step(named, "install.sh", { PACKAGE: "oci-conform@9" }), { code: 0, stdout: "oci-conform 9.9.9\n" });
  t.match(named.calls(), [/^npm \[install\] .*\[oci-conform@9\]$/]);
  t.match(named.read("path"), /\/node_modules\/\.bin\n$/);

  const checkout = new Bench(t).fake("npm");
  t.match(await step(checkout, "install.sh", {}), { code: 0, stdout: /^oci-conform \d/ });
  t.match(checkout.calls(), [/^npm \[ci\]/]);
  const bin = checkout.read("path").trim();
  t.match(await checkout.run([`${bin}/oci-conform`, "no-such"], {}), { code: 64 });

  const old = new Bench(t).fake("node", "exit 1").fake("npm");
  t.match(await step(old, "install.sh", {}), { code: 1, stdout: /Node 20\.18 or newer is needed/ });
  t.notOk(old.calls().some((call) => call.startsWith("npm")));
});
