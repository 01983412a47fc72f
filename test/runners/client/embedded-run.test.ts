import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { caseOf, inA, pulling, pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { textOf } from "../../../generators/registry/steps.js";
import type { ClientCase } from "../../../runners/client/case.js";
import { EmbeddedRuns, type RunClient } from "../../../runners/client/embedded-run.js";
import { sceneOf } from "../../../runners/client/scene.js";
import { ADDRESSES, CREDENTIALS } from "./stand-in.js";

const LIMITS = { timeoutMs: 20_000, memoryKiB: 1 << 20 };
const contents = { ...image("m", 1), f: textOf("hello") };
const scene = (testCase: ClientCase) => sceneOf(testCase, ADDRESSES, CREDENTIALS);
const run = (client: RunClient, testCase: ClientCase = pulling("a case", contents), limits = LIMITS, more: readonly string[] = []) =>
  new EmbeddedRuns(client, more, limits, "the authority").run(scene(testCase));

/** The arguments that a case leads to; paths below the run's directory begin with `~`. */
async function argumentsFor(testCase: ClientCase, more: readonly string[] = []): Promise<readonly string[]> {
  let seen: readonly string[] = [];
  await run(
    async (args) => {
      seen = args;
      return 0;
    },
    testCase,
    LIMITS,
    more,
  );
  return seen.map((word) => word.replace(/^.*\/oci-conform-client-[^/]*/, "~"));
}

t.test("each verb has its arguments", async (t) => {
  const REF = "127.0.0.1:1/oci-conform/a:t";
  const push = pushing("a case", contents);
  const other = (verb: ClientCase["verb"], more: Partial<ClientCase> = {}) => caseOf("a case", verb, contents, inA("t"), more);
  t.same(await argumentsFor(pulling("a case", contents)), ["pull", REF, "~/pulled", "--plain-http"]);
  t.same(await argumentsFor(push), ["push", "~/layout", REF, "--tag", "tested", "--plain-http"]);
  t.same((await argumentsFor({ ...push, verb: "push-chunks", chunk: 50 })).slice(5), ["--chunk", "50", "--plain-http"]);
  t.same((await argumentsFor({ ...push, verb: "push-single" })).slice(5), ["--single", "--plain-http"]);
  const from = { host: "other" as const, repository: "b", reference: "x" };
  t.same((await argumentsFor(other("copy", { from }))).slice(0, 3), ["copy", "127.0.0.2:2/oci-conform/b:x", REF]);
  t.same((await argumentsFor(other("tags"))).slice(0, 2), ["tags", "127.0.0.1:1/oci-conform/a"]);
  t.same((await argumentsFor(other("referrers", { filter: "a/b" }))).slice(0, 4), ["referrers", REF, "--type", "a/b"]);
  t.same((await argumentsFor(other("referrers"))).slice(0, 2), ["referrers", REF]);
  const attachment = { artifactType: "a/b", blob: "f", annotations: { k: "v w", l: "" } };
  t.same((await argumentsFor(other("attach", { attachment }))).slice(0, -1), [
    "attach",
    REF,
    "~/artifact",
    "--type",
    "a/b",
    "--annotation",
    "k=v w",
    "--annotation",
    "l=",
  ]);
  t.same((await argumentsFor(other("delete"))).slice(0, 2), ["delete", REF]);
  t.same((await argumentsFor({ ...pulling("a case", contents), tls: true, credentials: ["registry"] }, ["--fault=x"])).slice(3), [
    "--fault=x",
    "--ca",
    "~/ca.pem",
    "--config",
    "~/config",
  ]);
});

t.test("what it finds, prints and writes is handed on, and gone afterwards", async (t) => {
  let home = "";
  const client: RunClient = async (args, io) => {
    const after = (word: string): string => args[args.indexOf(word) + 1] ?? "";
    const layout = after("push");
    home = join(layout, "..");
    t.equal(readFileSync(after("--ca"), "utf8"), "the authority");
    t.match(JSON.parse(readFileSync(join(after("--config"), "config.json"), "utf8")), { auths: {} });
    t.same(readdirSync(layout).sort(), ["blobs", "index.json", "oci-layout"]);
    io.out("one\n");
    io.out("x".repeat(200_000));
    io.err("warning: w\n");
    return 3;
  };
  const { steps } = await run(client, { ...pushing("a case", contents), tls: true, credentials: ["registry"] });
  t.match(steps, [
    { name: "push", status: 3, stderr: "warning: w\n", stdout: /^one\nx+\n\[… \d+ characters left out by oci-conform …\]\nx+$/ },
  ]);
  t.ok((steps[0]?.stdout.length ?? 0) < 70_000);
  t.notOk(existsSync(home));
});

t.test("one that takes too long is told to end, and left alone when it does not", async (t) => {
  const limits = { timeoutMs: 50, memoryKiB: 1 << 20 };
  const heeding: RunClient = (_, { signal }) =>
    new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  t.match((await run(heeding, undefined, limits)).steps, [{ name: "pull", status: 124 }]);
  t.match((await run(() => new Promise(() => undefined), undefined, limits)).steps, [{ name: "pull", status: 124 }]);
});

t.test("one that breaks is a fault of ours", async (t) => {
  await t.rejects(
    run(async () => {
      throw new TypeError("of undefined");
    }),
    { name: "HarnessError", message: /^the bundled client broke: TypeError: of undefined/ },
  );
});
