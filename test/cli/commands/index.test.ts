import { accessSync, constants, readFileSync } from "node:fs";
import t, { type Test } from "tap";

import { loadCatalogue, RELEASES } from "../../../spec/catalogue.js";
import { conform, type Ended } from "../process.js";

const catalogue = await loadCatalogue("runtime");

/** What a command that goes well prints; it says nothing on standard error. */
async function prints(t: Test, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr }: Ended = await conform(...args);
  t.equal(code, 0, args.join(" "));
  t.equal(stderr, "", args.join(" "));
  return stdout;
}

t.test("the version is the package's", async (t) => {
  const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
  for (const option of ["--version", "-V"]) {
    const text = await prints(t, option);
    t.match(text, /^oci-conform \d+\.\d+\.\d+\n$/);
    t.match(manifest, { version: text.trim().split(" ")[1] });
  }
});

t.test("help names every command and exit code, and every command has its own", async (t) => {
  for (const option of ["--help", "-h", "help"]) {
    t.match(
      await prints(t, option),
      /^Usage: oci-conform <command>[\s\S]*runtime[\s\S]*replay[\s\S]*judge[\s\S]*requirements[\s\S]*schema/,
    );
  }
  t.match(await prints(t, "help"), /0 conforms, 1 a finding, 2 inconclusive, 64 bad use, 70 .*130 interrupted/);
  for (const name of ["runtime", "replay", "judge", "requirements", "schema"]) {
    t.match(await prints(t, name, "--help"), new RegExp(`^Usage: oci-conform ${name} `), name);
  }
  t.match(await prints(t, "runtime", "--help"), new RegExp(RELEASES.at(-1) ?? "?"));
});

t.test("--list shows what would be judged, without any runtime", async (t) => {
  const ids = (text: string): string[] => text.split("\n").flatMap((line) => /^[A-Z]+ +(\S+)$/.exec(line)?.[1] ?? []);
  const all = ids(await prints(t, "runtime", "--list"));
  t.same(
    all,
    [...catalogue].filter(({ testable, level }) => testable === true && level !== "MAY").map(({ id }) => id),
  );
  const some = ids(await prints(t, "runtime", "--list", "--only", "runtime.process", "--skip", "runtime.process.env"));
  t.ok(some.length > 1 && some.every((id) => id.startsWith("runtime.process.") && id !== "runtime.process.env"));
  t.same(ids(await prints(t, "runtime", "--list", "--only", "runtime.process.env", "--bin", "no-such-runtime")), ["runtime.process.env"]);
  const matched = ids(await prints(t, "runtime", "--list", "--grep", "HOSTNAME"));
  t.ok(matched.length > 0 && matched.length < all.length, "the expression looks at summaries too, in any case");
});

t.test("requirements are listed, counted and explained", async (t) => {
  const text = await prints(t, "requirements");
  for (const { id } of catalogue) t.ok(text.includes(id), id);
  const json: unknown = JSON.parse(await prints(t, "requirements", "--json", "--level", "should"));
  t.ok(Array.isArray(json) && json.length > 0);
  for (const each of Array.isArray(json) ? json : []) t.match(each, { id: String, level: "SHOULD", url: /^https:/ });
  const grep = await prints(t, "requirements", "--grep", "process\\.env");
  t.match(grep, /^MUST +runtime\.process\.env/m);

  const table = await prints(t, "requirements", "--coverage");
  t.match(table, /^level +statements +testable +checked\nMUST +\d+ +\d+ +\d+\nSHOULD/);
  const counts: unknown = JSON.parse(await prints(t, "requirements", "--coverage", "--json"));
  t.equal(
    (Array.isArray(counts) ? counts : []).reduce((sum: number, { statements }) => sum + Number(statements), 0),
    [...catalogue].length,
  );

  const shown = await prints(t, "requirements", "show", "runtime.process.env");
  t.match(
    shown,
    /^runtime\.process\.env\n {2}level +MUST\n {2}since +1\.0\.0\n {2}says .+\n {2}where +https:.+\n(?: {2}by way of .+\n)? {2}tested +one check/,
  );
  t.match(JSON.parse(await prints(t, "requirements", "show", "runtime.process.env", "--json")), {
    id: "runtime.process.env",
    checked: true,
  });
  t.match(await prints(t, "requirements", "show", "robustness.leftover-cgroup"), /a rule of ours/);
});

t.test("the requirements of another spec are listed, and explained by their ids alone", async (t) => {
  t.match(await prints(t, "requirements", "--of", "distribution"), /^MUST +registry\.mount\.created/m);
  t.match(
    await prints(t, "requirements", "show", "registry.mount.created"),
    /^registry\.mount\.created\n {2}level +MUST\n {2}since +1\.0\.1\n {2}binds +registry\n {2}api +push\n {2}when +mount: .+\n/,
  );
});

t.test("the statements that bind clients are a list of their own", async (t) => {
  const listed: { id: string; binds?: string }[] = JSON.parse(await prints(t, "requirements", "--of", "client", "--json"));
  const law = [...(await loadCatalogue("distribution"))];
  t.same(
    listed.map(({ id }) => id),
    law.filter(({ binds }) => binds === "client").map(({ id }) => id),
  );
  const counts: { statements: number; checked: number }[] = JSON.parse(
    await prints(t, "requirements", "--of", "client", "--coverage", "--json"),
  );
  t.equal(
    counts.reduce((sum, { statements }) => sum + statements, 0),
    listed.length,
  );
  t.ok(counts.some(({ checked }) => checked > 0));
  t.match(
    await prints(t, "requirements", "show", "registry.client.blob-digest-verified"),
    /^ {2}tested +one check \(section "Pulling blobs"\)/m,
  );
});

t.test("each schema is one", async (t) => {
  const [, names = ""] = /one of: ([\s\S]*?)\n\n/.exec(await prints(t, "schema", "--help")) ?? [];
  const all = names.split(/,\s+/);
  for (const name of ["results", "probe", "runtime-config", "runtime-case", "image-observation"]) t.ok(all.includes(name), name);
  for (const name of all) {
    t.match(JSON.parse(await prints(t, "schema", name)), { $schema: /json-schema\.org/ }, name);
  }
});

t.test("the command is an executable file, as npx wants it", async (t) => {
  const { bin } = JSON.parse(readFileSync(new URL("../../../../package.json", import.meta.url), "utf8")) as { bin: Record<string, string> };
  for (const [name, path] of Object.entries(bin))
    t.doesNotThrow(() => accessSync(new URL(`../../../../${path}`, import.meta.url), constants.X_OK), name);
});
