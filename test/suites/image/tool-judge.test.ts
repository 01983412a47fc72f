import t from "tap";
import { imageOf, minimalImage } from "../../../generators/image/base.js";
import { file, symlink, whiteout } from "../../../generators/image/entries.js";
import { FAULTS } from "../../../generators/image/fault-table.js";
import type { ImageCase } from "../../../runners/image/case.js";
import { digestOf } from "../../../runners/image/content.js";
import { ending, type ImageObservation, type Step } from "../../../runners/image/observation.js";
import type { SeenNode } from "../../../runners/image/seen.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { controlsFor, withoutFault } from "../../../suites/image/controls.js";
import { campsOf, divergences, groups } from "../../../suites/image/differ.js";
import { expectationOf } from "../../../suites/image/expectation.js";
import { FEATURES } from "../../../suites/image/features.js";
import { LAW } from "../../../suites/image/law.js";
import { toolExamples } from "../../../suites/image/tool-examples.js";
import { idsFor, judgeTool, toolChecks } from "../../../suites/image/tool-judge.js";
import { viewOf } from "../../../suites/image/tool-view.js";

const step = (status: number, stderr = ""): Step => ({ name: "unpack", status, stdout: "", stderr });
const node = (kind: SeenNode["kind"], text: string, more: Partial<SeenNode> = {}): SeenNode => ({
  kind,
  mode: kind === "dir" ? 0o755 : 0o644,
  uid: 0,
  gid: 0,
  mtime: "1600000000.000000000",
  inode: `1:${text}`,
  xattrs: {},
  ...(kind === "file" ? { content: `${text.length} ${digestOf(Buffer.from(text))}` } : {}),
  ...more,
});
const seen = (more: Partial<ImageObservation> = {}): ImageObservation => ({
  format: "oci-conform/image-observation@1",
  steps: [step(0)],
  tree: { "": node("dir", ""), a: node("file", "a") },
  copies: {},
  sources: {},
  escapes: [],
  xattrs: ["user."],
  controls: {},
  ...more,
});
const PLAIN = { refusedBy: [], converts: true };
const verdict = (id: string, subject: ImageCase, observation: ImageObservation, refusedBy: readonly string[] = []): string | undefined =>
  judgeTool(subject, observation, { ...PLAIN, refusedBy }).get(id)?.verdict;

t.test("every check and every example is about a testable statement that binds consumers", async (t) => {
  const catalogue = await loadCatalogue("image");
  for (const { id } of toolChecks) {
    const requirement = catalogue.get(id);
    t.ok(requirement, id);
    t.equal(requirement?.testable, true, id);
    t.not(requirement?.binds, "content", id);
  }
  const checked = new Set(toolChecks.map(({ id }) => id));
  for (const id of toolExamples().flatMap(({ ids }) => ids)) t.ok(checked.has(id), `an example for ${id}`);
});

t.test("each tool is judged by what it does", async (t) => {
  const copier = idsFor({ unpacks: false, copies: true, converts: false });
  t.ok(copier.has("image.considerations.content-not-altered") && copier.has("robustness.image.crash"));
  t.notOk(copier.has(LAW.whiteout) || copier.has("image.conversion.env") || copier.has("robustness.image.escape"));
});

t.test("a tool that does nothing and says so, or says otherwise, passes nothing of the spec", async (t) => {
  for (const observation of [seen({ tree: null }), seen({ tree: { "": node("dir", "") } }), seen({ tree: null, steps: [step(1)] })]) {
    for (const subject of [minimalImage(), imageOf("whiteout", [[file("a", "a")], [whiteout("a")]])]) {
      for (const [id, outcome] of judgeTool(subject, observation, PLAIN))
        if (!id.startsWith("robustness.")) t.not(outcome.verdict, "pass", id);
    }
  }
});

t.test("a tree as it should be passes; another fails with the place", async (t) => {
  t.equal(verdict(LAW.extracted, minimalImage(), seen()), "pass");
  const wrong = judgeTool(minimalImage(), seen({ tree: { "": node("dir", ""), a: node("file", "b"), b: node("file", "b2") } }), PLAIN).get(
    LAW.extracted,
  );
  t.match(wrong, { verdict: "fail", note: /^a: content; and 1 more: b presence/ });
});

t.test("crash, hang and memory are told apart from refusals", async (t) => {
  t.equal(ending(seen({ steps: [step(0), step(1, "no such image")] })), "refused");
  t.equal(ending(seen({ steps: [step(2, "panic: runtime error")] })), "crashed");
  t.equal(ending(seen({ steps: [step(139)] })), "crashed");
  t.equal(ending(seen({ steps: [step(124)] })), "hung");
  t.equal(verdict("robustness.image.crash", minimalImage(), seen({ steps: [step(139)], tree: null })), "fail");
  t.equal(verdict("robustness.image.hang", minimalImage(), seen({ steps: [step(124)], tree: null })), "fail");
});

t.test("an escape is a finding, and passes only where there was a temptation", async (t) => {
  const tempting = imageOf("through a link", [[symlink("l", "/etc"), file("l/a", "a")]]);
  t.equal(verdict("robustness.image.escape", tempting, seen({ escapes: ["canary/a was made"] })), "fail");
  t.equal(verdict("robustness.image.escape", tempting, seen()), "pass");
  t.equal(verdict("robustness.image.escape", minimalImage(), seen()), undefined);
});

t.test("a fault that must be refused: a pass needs a control that is taken", async (t) => {
  const id = "image.config.rootfs-unknown-type-error";
  const subject = { ...minimalImage(), fault: "config-rootfs-type-unknown" };
  const refused = (control?: "accepted" | "refused") => seen({ steps: [step(1)], tree: null, controls: control ? { control } : {} });
  t.equal(verdict(id, subject, seen(), [id]), "fail");
  t.equal(verdict(id, subject, refused("accepted"), [id]), "pass");
  t.equal(verdict(id, subject, refused("refused"), [id]), undefined);
  t.equal(verdict(id, subject, refused(), [id]), undefined);
  t.strictSame(withoutFault(subject), { ...minimalImage() });
});

t.test("a refusal of a valid image is blamed on the feature without which it is taken", async (t) => {
  const subject: ImageCase = { ...minimalImage(), shape: { neighbours: ["unknown-media-type"], nested: 1 } };
  const refused = seen({ steps: [step(1, "unexpected media type")], tree: null });
  const names = controlsFor(viewOf(subject, refused, PLAIN)).map(([name]) => name);
  t.strictSame(names, ["image.layout.unknown-media-type-no-error", "image.index.nested-supported", "plain"]);
  const blamed = { ...refused, controls: { "image.layout.unknown-media-type-no-error": "accepted" as const } };
  t.equal(verdict("image.layout.unknown-media-type-no-error", subject, blamed), "fail");
  t.equal(verdict("image.index.nested-supported", subject, blamed), undefined);
  t.equal(verdict(LAW.extracted, subject, blamed), undefined);
  t.equal(verdict(LAW.extracted, minimalImage(), refused), "fail");
  const alone = { "image.layout.unknown-media-type-no-error": "refused", "image.index.nested-supported": "refused" } as const;
  t.equal(verdict(LAW.extracted, subject, { ...refused, controls: { ...alone, plain: "accepted" } }), undefined, "several together");
  t.equal(verdict(LAW.extracted, subject, { ...refused, controls: { ...alone, plain: "refused" } }), "fail", "the layers themselves");
});

t.test("what may be refused is no finding", async (t) => {
  const subject = { ...minimalImage(), shape: { sha512: true } };
  t.equal(verdict(LAW.extracted, subject, seen({ steps: [step(1)], tree: null })), undefined);
});

t.test("features can be taken away one by one", async (t) => {
  const subject: ImageCase = {
    ...imageOf("everything", [[file("a"), whiteout("a")]]),
    config: { architecture: "amd64", os: "linux", more: 1 },
    shape: {
      neighbours: ["unknown-media-type", "artifact", "other-platform"],
      nested: 1,
      unknownProperties: true,
      annotations: { a: "b" },
    },
  };
  for (const { id, of, without } of FEATURES.filter((feature) => feature.of(subject))) t.notOk(of(without(subject)), id);
});

t.test("copies must have the same digests", async (t) => {
  const id = "image.considerations.content-not-altered";
  const sources = { "the manifest": "1 sha256:x" };
  const copy = (content: string) =>
    seen({ tree: null, sources, copies: { dir: { "": node("dir", ""), m: node("file", "", { content }) } } });
  t.equal(verdict(id, minimalImage(), copy("1 sha256:x")), "pass");
  t.match(judgeTool(minimalImage(), copy("1 sha256:y"), PLAIN).get(id), { verdict: "fail", actual: ["the manifest in the copy to dir"] });
});

t.test("the runtime config follows from the image's", async (t) => {
  const subject = {
    ...minimalImage(),
    config: { architecture: "amd64", os: "linux", config: { Env: ["A=1"], Cmd: ["x"], User: "7:8", Labels: { k: "v" } } },
  };
  const good = {
    process: { env: ["PATH=/", "A=1"], args: ["x"], user: { uid: 7, gid: 8 } },
    annotations: { k: "v", "org.opencontainers.image.os": "linux" },
  };
  const bad = { process: { env: ["A=2"], args: ["y"], user: { uid: 7, gid: 7 } }, annotations: { "org.opencontainers.image.os": "other" } };
  for (const name of ["env", "cmd", "user-numeric", "labels", "os"]) {
    t.equal(verdict(`image.conversion.${name}`, subject, seen({ runtimeConfig: good })), "pass", name);
    t.equal(verdict(`image.conversion.${name}`, subject, seen({ runtimeConfig: bad })), "fail", name);
    t.equal(verdict(`image.conversion.${name}`, subject, seen()), undefined, name);
  }
});

t.test("where tools differ, a sentence decides or none does", async (t) => {
  const subject = imageOf("twice", [[file("a", "a"), file("b", "1"), file("b", "2")]]);
  const one = seen({ tree: { "": node("dir", ""), a: node("file", "a"), b: node("file", "1") } });
  const two = seen({ tree: { "": node("dir", ""), a: node("file", "a", { uid: 3 }), b: node("file", "22") } });
  const found = divergences(
    subject,
    new Map([
      ["one", one],
      ["two", two],
    ]),
  );
  t.match(found, [
    { path: "a", attribute: "uid", status: { decided: [LAW.attributes] } },
    { path: "b", attribute: "content", status: { unspecified: /twice/ } },
  ]);
  const [undecided, decided] = groups([...found, ...found]);
  t.match(undecided, { count: 2, camps: "one | two", attribute: "content" }, "what is undecided comes first");
  t.match(decided, { count: 2, attribute: "uid" });
  t.strictSame(campsOf({ b: 1, c: 2, a: 1 }), [
    { tools: ["a", "b"], value: 1 },
    { tools: ["c"], value: 2 },
  ]);
  const endings = (subject: ImageCase) =>
    divergences(
      subject,
      new Map([
        ["one", one],
        ["two", seen({ steps: [step(1)], tree: null })],
      ]),
    )[0]?.status;
  t.strictSame(endings({ ...minimalImage(), fault: "config-rootfs-type-unknown" }), {
    decided: ["image.config.rootfs-unknown-type-error"],
  });
  t.match(endings({ ...minimalImage(), fault: "config-author-number" }), { unspecified: /nobody has to notice/ });
  t.strictSame(
    divergences(
      subject,
      new Map([
        ["one", one],
        ["two", one],
      ]),
    ),
    [],
  );
});

t.test("an expectation has the tree with reasons, or the fault", async (t) => {
  t.match(expectationOf(minimalImage()), {
    valid: true,
    tree: [{ path: "" }, { path: "a", because: LAW.extracted, attributes: { uid: { value: 0, id: LAW.attributes } } }],
  });
  const [fault] = FAULTS;
  if (fault)
    t.match(
      expectationOf(minimalImage(), { name: fault.name, requirement: fault.requirement, how: fault.how, implies: [], refusedBy: [] }),
      {
        valid: false,
        fault: { requirement: fault.requirement },
      },
    );
});
