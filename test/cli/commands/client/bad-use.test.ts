import t, { type Test } from "tap";
import { InWorker } from "../../in-worker.js";
import { conform, withoutRoot } from "../../process.js";

const cli = new InWorker();
t.teardown(() => cli.close());

/** Bad use is one clear line on standard error, nothing on standard output, and exit code 64. */
async function refuses(t: Test, args: readonly string[], said: RegExp): Promise<void> {
  const { code, stdout, stderr } = await cli.run("client", ...args);
  const name = args.join(" ");
  t.equal(code, 64, name);
  t.equal(stdout, "", name);
  t.match(stderr, /^oci-conform: [^\n]+\n$/, `${name}: one line`);
  t.match(stderr, said, name);
}

t.test("clients that are none, and commands that are badly said", async (t) => {
  await refuses(t, ["--tool", "kaniko"], /--tool kaniko: there are skopeo, podman, .*; others by command lines, such as --pull/);
  await refuses(t, ["--tool", "skopeo", "--tool", "skopeo"], /--tool skopeo: given twice/);
  await refuses(t, ["--pull", ""], /--pull: there is no command/);
  await refuses(t, ["--pull", "mytool pull {dir}"], /--pull mytool pull \{dir\}: it must have \{ref\} in it/);
  await refuses(
    t,
    ["--pull", "mytool {image} {dir}"],
    /there is no \{image\}; there are \{ref\}, \{dir\}, \{proxy\}, \{repo\}, \{scheme\}/,
  );
  await refuses(t, ["--push-chunks", "mytool {ref}"], /--push-chunks mytool \{ref\}: it must have \{layout\} in it/);
  await refuses(t, ["--tool", "skopeo", "--tags", "x {repo}"], /--tool and --tags exclude one another/);
  await refuses(t, ["--bundled-arg=--quick"], /the bundled client takes --fault=NAME/);
  await refuses(t, ["--bundled-arg=--fault=nonsense"], /the bundled client has no such fault/);
  await refuses(t, ["--tags", "x {repo}", "--bundled-arg=--fault=x"], /--bundled-arg is for the bundled client/);
  await refuses(t, ["--pull"], /argument missing/);
  await refuses(t, ["skopeo"], /too many arguments/);
});

t.test("options", async (t) => {
  await refuses(t, ["--spec", "2.0.0"], /1\.0\.1, 1\.1\.1, head/);
  await refuses(t, ["--memory", "1"], /from 64 up/);
  await refuses(t, ["--only", "registry.client.blob-digest-verify"], /did you mean registry\.client\.blob-digest-verified/);
  await refuses(t, ["--only", "registry.tags.list-ok"], /nothing is selected/);
  await refuses(t, ["--report", "nonsense"], /unknown format/);
});

t.test("a program that is not there", { skip: withoutRoot }, async (t) => {
  await refuses(t, ["--tags", "no-such-client {repo}"], /--tags no-such-client: no such executable in PATH/);
  await refuses(t, ["--tags", "/no/such/client {repo}"], /--tags \/no\/such\/client: no such executable/);
});

t.test("what can be judged is listed, and is nothing of registries", async (t) => {
  const { code, stdout } = await cli.run("client", "--list");
  t.equal(code, 0);
  const ids = [...stdout.matchAll(/^[A-Z]+ +(\S+)$/gm)].map(([, id]) => id);
  t.ok(ids.includes("registry.client.blob-digest-verified"));
  t.ok(ids.includes("robustness.client.hang"));
  t.same(
    ids.filter((id) => !/^(?:registry|robustness)\.client\./.test(id ?? "")),
    [],
  );
  const registry = await cli.run("registry", "--list");
  t.notMatch(registry.stdout, /\.client\./);
});

t.test("a process says the same, and the help names every verb", async (t) => {
  const { code, stdout, stderr } = await conform("client", "--help");
  t.equal(code, 0, stderr);
  for (const word of ["--pull", "--push-single", "--attach", "{layout}", "{annotations}", "{username}", "skopeo"])
    t.ok(stdout.includes(word), word);
  t.notMatch(stdout, /--bundled-arg/);
  t.match(await conform("client", "--tool", "kaniko"), { code: 64, stdout: "", stderr: /^oci-conform: --tool kaniko: [^\n]+\n$/ });
});
