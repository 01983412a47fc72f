import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { CHOICES } from "../../reference-registry/choices.js";
import { client, Layout, registry } from "./made.js";

/** What registries that make a choice refuse, step by step: the client fails then, and says what they said. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  "no-tag-deletion": { "delete a tag": /deleting: DELETE .*: 400 UNSUPPORTED: this registry does not do that/ },
  "no-deletion": { "delete a tag": /405 UNSUPPORTED/, "delete a referrer": /405 UNSUPPORTED/ },
  "no-tags-list": { tags: /listing tags: GET .*: 404 UNSUPPORTED/ },
  "no-sha512": {
    "push of sha512": /closing an upload: PUT .*: 400 DIGEST_INVALID: of sha256 alone|beginning an upload/,
    "pull of sha512": /404/,
  },
  "small-blobs-alone": { "push of much": /413 SIZE_INVALID/ },
};

/** Pushes in each way, pulls, copies, lists, attaches and deletes. */
async function everything(t: Test, choice: string | undefined): Promise<void> {
  const dir = t.testdir();
  const host = await registry(t, join(dir, "registry"), choice === undefined ? {} : { choice });
  const layout = new Layout(join(dir, "layout"));
  const digest = layout.name(layout.index([layout.image(["first", Buffer.alloc(3000, "x"), ""]), layout.image(["second"])])).digest;
  layout.name(layout.image(["of sha512"], {}, "sha512"), "long");
  layout.name(layout.image([Buffer.alloc(70_000, "y")]), "much");
  writeFileSync(join(dir, "file"), "hello");
  const [a, b] = [`${host}/oci-conform/a`, `${host}/oci-conform/b`];
  const step = async (name: string, ...args: string[]): Promise<readonly string[] | undefined> => {
    const { status, out, err } = await client(...args);
    const refused = REFUSED[choice ?? ""]?.[name];
    if (refused) t.match({ status, err }, { status: 1, err: refused }, name);
    else t.equal(status, 0, `${name}: ${err}`);
    return refused ? undefined : out.split("\n").filter((line) => line !== "");
  };
  t.same(await step("push in chunks", "push", layout.dir, `${a}:v1`, "--chunk", "1000"), [digest]);
  t.same(await step("single POST", "push", layout.dir, `${a}-single:v1`, "--single"), [digest]);
  for (const tag of ["v1", "v2", "v3"]) t.same(await step("push", "push", layout.dir, `${b}:${tag}`), [digest]);
  t.same(await step("pull", "pull", `${a}:v1`, join(dir, "pulled")), [digest]);
  t.same(await step("copy", "copy", `${a}:v1`, `${host}/oci-conform/copied:v1`), [digest]);
  await step("push of sha512", "push", layout.dir, `${a}:long`, "--tag", "long");
  await step("pull of sha512", "pull", `${a}:long`, join(dir, "long"));
  await step("push of much", "push", layout.dir, `${a}:much`, "--tag", "much");
  const tags = await step("tags", "tags", b);
  if (tags) t.same(tags, ["v1", "v2", "v3"]);

  const attached: (string | undefined)[] = [];
  const subject = `${a}:v1`;
  for (const type of ["a/a", "a/b", "a/c"])
    attached.push((await step("attach", "attach", subject, join(dir, "file"), "--type", type, "--annotation", "k=v"))?.[0]);
  const listed = async (...more: string[]) =>
    (await step("referrers", "referrers", subject, ...more))?.map((line) => (JSON.parse(line) as { digest: string }).digest).sort();
  t.same(await listed(), [...attached].sort());
  t.same(await listed("--type", "a/b"), [attached[1]]);
  // A list that is behind is a choice, too: nobody can see the deletion in it yet.
  if ((await step("delete a referrer", "delete", `${a}@${attached[1]}`)) && choice !== "lists-lag")
    t.same(await listed(), [attached[0], attached[2]].sort());
  await step("delete a tag", "delete", `${b}:v2`);
}

for (const name of [undefined, ...CHOICES.map((each) => each.name)]) t.test(name ?? "no choice", (t) => everything(t, name));
