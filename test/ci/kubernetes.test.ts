import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import t, { type Test } from "tap";
import { parseAllDocuments } from "yaml";
import { Bench, type Ended, ours } from "./shell.js";

const KINDS: Readonly<Record<string, { readonly from: string; readonly apiVersion: string }>> = {
  Job: { from: "kubernetes-types/batch/v1", apiVersion: "batch/v1" },
  PersistentVolumeClaim: { from: "kubernetes-types/core/v1", apiVersion: "v1" },
};

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: unknown;
}
const manifestsIn = (text: string): Manifest[] => parseAllDocuments(text).map((document): Manifest => document.toJS());
const textOf = (name: string): string => readFileSync(`ci/kubernetes/${name}`, "utf8");

/**
 * Checks manifests by the types that kubernetes-types makes of the schemas that Kubernetes publishes: the compiler refuses unknown
 * properties too, which the schemas themselves let pass.
 */
async function typeCheck(t: Test, manifests: readonly Manifest[]): Promise<Ended> {
  const bench = new Bench(t);
  const lines = manifests.map((manifest, at) => {
    const kind = KINDS[manifest.kind];
    if (kind?.apiVersion !== manifest.apiVersion) throw new Error(`what is ${manifest.apiVersion} ${manifest.kind}?`);
    const type = `import("${resolve("node_modules", kind.from)}").${manifest.kind}`;
    return `export const manifest${at}: ${type} = ${JSON.stringify(manifest)};`;
  });
  const file = bench.write("manifests.ts", lines.join("\n"));
  const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext", "--types", ""];
  return bench.run([process.execPath, `${dirname(compiler)}/bin/tsc`, ...options, file], {});
}

t.test("the manifests keep to Kubernetes' schemas", async (t) => {
  const manifests = ["shards.yaml", "merge.yaml"].flatMap((name) => manifestsIn(textOf(name)));
  t.strictSame(
    manifests.map(({ kind }) => kind),
    ["PersistentVolumeClaim", "Job", "Job"],
  );
  t.strictSame(await typeCheck(t, manifests), { code: 0, stdout: "", stderr: "" });
});

t.test("manifests with a mistake do not", async (t) => {
  for (const [right, wrong] of [
    ["completionMode", "completionsMode"],
    ["parallelism: 5", "parallelism: five"],
    ["mountPath: /results", "readOnly: true"],
  ] as const) {
    const { code, stdout } = await typeCheck(t, manifestsIn(textOf("shards.yaml").replaceAll(right, wrong)));
    t.not(code, 0, wrong);
    t.match(stdout, /error TS/, wrong);
  }
});

interface Pod {
  readonly spec: {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string; readonly persistentVolumeClaim: { readonly claimName: string } }[];
      };
    };
  };
}
interface Container {
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

t.test("both jobs agree on the number of shards, and on the volume", async (t) => {
  const [claim, shards] = manifestsIn(textOf("shards.yaml")) as unknown as [{ metadata: { name: string } }, Pod];
  const [merge] = manifestsIn(textOf("merge.yaml")) as unknown as [Pod];
  const { completions } = shards.spec;
  for (const { spec } of [shards, merge]) {
    const [container] = spec.template.spec.containers;
    const env = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
    t.strictSame(env, { JOB_COMPLETIONS: `${completions}`, RESULTS: "/results" });
    t.strictSame(container?.volumeMounts, [{ name: "results", mountPath: env.RESULTS }]);
    t.equal(spec.template.spec.volumes[0]?.persistentVolumeClaim.claimName, claim.metadata.name);
    t.match(textOf("Dockerfile"), `/usr/local/bin/${container?.command[0]}`, "the image has the command");
  }
});

t.test("a shard leaves its results; only what left none is to be tried again", async (t) => {
  for (const [code, wanted] of [
    [0, 0],
    [1, 0],
    [2, 2],
    [70, 70],
  ] as const) {
    const bench = new Bench(t).fake("oci-conform", `exit ${code}`);
    const RESULTS = bench.path("results");
    bench.write("results/shard-3.json", "of an earlier run");
    const env = { RESULTS, JOB_COMPLETION_INDEX: "3", JOB_COMPLETIONS: "5" };
    t.equal((await bench.run([ours("ci/kubernetes/shard.sh"), "runtime", "--bin", "a b"], env)).code, wanted);
    t.strictSame(bench.calls(), [
      `oci-conform [runtime] [--bin] [a b] [--shard] [auto] [--out] [${RESULTS}/failures-3] [--report] [json=${RESULTS}/shard-3.json]`,
    ]);
    t.throws(() => bench.read("results/shard-3.json"), "what an earlier run left is gone");
  }
});

t.test("the merge takes every shard in order, and ends as merging does", async (t) => {
  for (const code of [0, 1]) {
    const bench = new Bench(t).fake("oci-conform", `exit ${code}`);
    for (let index = 0; index < 12; index++) bench.write(`results/shard-${index}.json`, "{}");
    const RESULTS = bench.path("results");
    const merge = [ours("ci/kubernetes/merge.sh"), "--baseline", "known.yaml"];
    t.equal((await bench.run(merge, { RESULTS, JOB_COMPLETIONS: "11" })).code, code);
    const files = Array.from({ length: 11 }, (_, index) => `[${RESULTS}/shard-${index}.json]`).join(" ");
    t.ok(bench.calls()[0]?.startsWith(`oci-conform [report] [merge] [--baseline] [known.yaml] ${files} [--report] [terminal] `));
  }
});

t.test("without all shards there is no merge", async (t) => {
  const bench = new Bench(t).fake("oci-conform");
  bench.write("results/shard-0.json", "{}");
  const ended = await bench.run([ours("ci/kubernetes/merge.sh")], { RESULTS: bench.path("results"), JOB_COMPLETIONS: "2" });
  t.match(ended, { code: 2, stderr: /shard-1\.json is missing/ });
  t.strictSame(bench.calls(), []);
});

t.test("run.sh waits for both jobs, and ends as the merge did", async (t) => {
  const cluster = (shards: string, exitCode: string): string => `
case "$*" in
  *" get job oci-conform -o "*) echo "${shards}" ;;
  *" get job oci-conform-merge -o "*) echo "SuccessCriteriaMet Complete" ;;
  *" get pods "*) echo ${exitCode} ;;
  *" logs job/oci-conform-merge"*) echo the report ;;
esac`;
  const run = (bench: Bench, more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    bench.run([ours("ci/kubernetes/run.sh"), "--namespace", "n"], more);

  const good = new Bench(t).fake("kubectl", cluster("Complete", "1"));
  t.match(await run(good), { code: 1, stdout: "the report\n" });
  const verbs = good.calls().map((call) => /^kubectl \[--namespace\] \[n\] \[(\w+)\]/.exec(call)?.[1]);
  t.strictSame(verbs, ["delete", "apply", "get", "apply", "get", "logs", "get"]);

  const failed = new Bench(t).fake("kubectl", cluster("FailureTarget Failed", "0"));
  t.match(await run(failed), { code: 2, stderr: /not every shard has a result/ });
  t.notOk(failed.calls().some((call) => call.includes("merge.yaml")));

  const slow = new Bench(t).fake("kubectl", cluster("", "0"));
  t.match(await run(slow, { LIMIT: "0" }), { code: 2, stderr: /did not end within 0 seconds/ });
});
