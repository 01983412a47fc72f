import t from "tap";
import { Players, type Plays } from "../../../../cli/commands/client/players.js";
import { preflight } from "../../../../cli/commands/client/preflight.js";
import { ClientTarget } from "../../../../cli/commands/client/target.js";
import { minimalCase } from "../../../../generators/client/minimal.js";
import type { ClientCase, Verb } from "../../../../runners/client/case.js";
import type { ClientExchange, ClientObservation, ClientRun } from "../../../../runners/client/observation.js";
import { commandClient } from "../../../../runners/client/tools/command.js";
import { embedded } from "../../../../runners/client/tools/embedded.js";
import { Contents } from "../../../../runners/registry/contents.js";

const pulling = commandClient({ pull: "mytool {ref} {dir}" });

const answered = (method: string, target: string, headers: readonly (readonly [string, string])[] = []): ClientExchange => ({
  host: "registry",
  tls: false,
  connection: 0,
  request: { method, target, headers, body: null },
  response: { status: 200, headers: [], body: { size: 0, sha256: "", sha512: "" } },
  behaviours: [],
  begunMs: 0,
  endedMs: 1,
});

const run = (name: string, status: number, stderr: string, more: Partial<ClientRun> = {}): ClientRun => ({
  steps: [{ name, status, stdout: "", stderr }],
  exchanges: [],
  written: {},
  held: {},
  ...more,
});

/** A client that does the same with each case, and what it was given. */
function fake(answer: (testCase: ClientCase) => ClientRun): Plays & { readonly given: ClientCase[]; readonly closed: () => number } {
  const given: ClientCase[] = [];
  let closed = 0;
  return {
    given,
    closed: () => closed,
    async play(testCase): Promise<ClientObservation> {
      given.push(testCase);
      const contents = new Contents(testCase.contents, (name) => name, "000000000000");
      for (const name of Object.keys(testCase.contents)) contents.get(name);
      return { format: "oci-conform/client-observation@1", run: answer(testCase), contents: contents.facts(), addresses: {} };
    },
    version: async () => "mytool 1.0",
    close: async () => void closed++,
  };
}

t.test("a client that cannot do the least is inconclusive, in its own words and with what may help", async (t) => {
  const cases: readonly (readonly [ClientRun, RegExp])[] = [
    [
      run("pull", 0, ""),
      /it exits with 0, and nothing of it shows at the registry; the registry was asked for nothing; try the command by hand/,
    ],
    [run("pull", 1, "no way"), /it fails; .*\npull: exit status 1\nno way$/],
    [run("pull", 124, ""), /it does not end in time; .*a longer --timeout may help\npull: it took too long$/],
    [run("pull", 137, ""), /it is ended by a signal, or panics; .*a larger --memory may help\npull: ended by signal 9$/],
    [run("pull", 1, "x509: unknown authority"), /as \{scheme\} and \{verify\} say/],
    [run("pull", 1, "dial tcp: lookup registry.example: no such host"), /a network of its own/],
    [run("pull", 127, "sh: 1: mytool: not found"), /sees nothing but the files that its command names/],
  ];
  for (const [seen, said] of cases) {
    const failed = preflight(
      pulling,
      fake(() => seen),
    );
    await t.rejects(failed, {
      name: "Inconclusive",
      message: /^mytool cannot pull an image of one layer with one file: expected exit status 0, /,
    });
    await t.rejects(
      preflight(
        pulling,
        fake(() => seen),
      ),
      { message: said },
    );
  }
});

t.test("what a client keeps and can be told is found out where it is known by its commands alone", async (t) => {
  const written = (contents: ClientObservation["contents"], names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`dir/${name}`, { size: 1, sha256: contents[name]?.sha256 ?? "" }]));
  const facts = (testCase: ClientCase) => {
    const contents = new Contents(testCase.contents, (name) => name, "000000000000");
    for (const name of Object.keys(testCase.contents)) contents.get(name);
    return contents.facts();
  };
  const pulled = (names: readonly string[], more: (testCase: ClientCase) => Partial<ClientRun> = () => ({})) =>
    fake((testCase) =>
      run("pull", 0, "", {
        exchanges: [answered("GET", "/v2/oci-conform/a/manifests/t")],
        written: written(facts(testCase), names),
        ...more(testCase),
      }),
    );
  t.match(await preflight(pulling, pulled(["m", "m-config", "m-layer"])), { keeps: "blobs", tls: true, credentials: false });
  t.match(await preflight(pulling, pulled(["m", "m-config"])), { keeps: "manifests" });
  t.match(await preflight(pulling, pulled([])), { keeps: "nothing" });
  const told = pulled(["m"], ({ tls, credentials }) => ({
    ...(tls ? { steps: [{ name: "pull", status: 1, stdout: "", stderr: "x509" }] } : {}),
    ...(credentials ? { exchanges: [answered("GET", "/v2/oci-conform/a/manifests/t", [["authorization", "Basic eA=="]])] } : {}),
  }));
  t.match(await preflight(pulling, told), { tls: false, credentials: true });
  t.match(
    told.given.map(({ tls, credentials }) => [tls === true, credentials !== undefined]),
    [
      [false, false],
      [true, false],
      [false, true],
    ],
  );
  const known = pulled(["m"]);
  t.same(await preflight(embedded(), known), { keeps: "blobs", tls: true, credentials: true, proxy: true });
  t.equal(known.given.length, 1, "what is known is not tried");
});

t.test("each verb has a least case", async (t) => {
  const verbs: readonly Verb[] = ["pull", "push", "push-chunks", "push-single", "copy", "tags", "referrers", "attach", "delete"];
  for (const verb of verbs) t.equal(minimalCase(verb).verb, verb);
  t.throws(() => minimalCase("any"));
  const pushed = fake(() =>
    run("push", 0, "", { held: { registry: { "oci-conform/a": { tags: { t: "sha256:x" }, manifests: ["sha256:x"], blobs: [] } } } }),
  );
  t.match(await preflight({ ...embedded(), verbs: { push: ["run push x"], tags: ["run tags x"] } }, pushed), { keeps: "blobs" });
  await t.rejects(
    preflight(
      { ...embedded(), verbs: { push: ["run push x"] } },
      fake(() => run("push", 0, "")),
    ),
    { name: "Inconclusive" },
  );
});

t.test("an opened client knows its facts, and what was opened is closed again", async (t) => {
  const player = fake(() => run("pull", 0, "", { exchanges: [answered("GET", "/v2/oci-conform/a/manifests/t")] }));
  const how = { release: "1.1.1", given: { tool: ["mytool", "other"] }, limits: { timeoutMs: 1000, memoryKiB: 1 } } as const;
  const abort = new AbortController();
  const target = await ClientTarget.open({ ...pulling, name: "mytool" }, async () => player, { ...how, signal: abort.signal });
  t.match(target.facts, { release: "1.1.1", tool: "mytool", version: "mytool 1.0", verbs: ["pull"] });
  t.match(target.options, { given: { tool: ["mytool"] }, found: { spec: "1.1.1" } });
  await target.run(minimalCase("pull"));
  t.match(target.describe(), { target: { name: "mytool", version: "mytool 1.0" }, requests: 1 });
  abort.abort();
  t.equal(player.closed(), 1, "an interrupt ends it");
  await t.rejects(
    ClientTarget.open(pulling, async () => fake(() => run("pull", 1, "")), { ...how, signal: new AbortController().signal }),
    { name: "Inconclusive" },
  );
});

t.test("there are as many players as cases at the same time", async (t) => {
  let opened = 0;
  const players = new Players(async () => {
    opened++;
    return fake(() => run("pull", 0, ""));
  });
  await Promise.all([players.play(minimalCase("pull")), players.play(minimalCase("pull"))]);
  await players.play(minimalCase("pull"));
  t.equal(opened, 2);
  await players.close();
});
