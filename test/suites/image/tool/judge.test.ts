import t from "tap";
import { imageOf, minimalImage } from "../../../../generators/image/base.js";
import { FAULTS } from "../../../../generators/image/invalid/table.js";
import { entryOf, file, symlink, whiteout } from "../../../../generators/image/layer/entries.js";
import type { Entry, ImageCase } from "../../../../runners/image/case.js";
import { ending, type ImageObservation } from "../../../../runners/image/observation.js";
import { loadCatalogue } from "../../../../spec/catalogue.js";
import { STATEMENTS } from "../../../../suites/image/model/statements.js";
import { controlsFor, withoutFault } from "../../../../suites/image/tool/controls.js";
import { campsOf, divergences, groups } from "../../../../suites/image/tool/divergence.js";
import { toolExamples } from "../../../../suites/image/tool/examples.js";
import { expectationOf } from "../../../../suites/image/tool/expectation.js";
import { FEATURES } from "../../../../suites/image/tool/features.js";
import { idsFor, judgeTool, toolChecks } from "../../../../suites/image/tool/judge.js";
import { viewOf } from "../../../../suites/image/tool/view.js";

import { node, PLAIN, seen, step, verdict } from "./fixture.js";

t.test("every check and every example is about a testable statement that binds consumers", async (t) => {
  const catalogue = await loadCatalogue("image");
  for (const { id } of toolChecks) {
    const requirement = catalogue.get(id);
    t.ok(requirement, id);
    t.equal(requirement?.testable, true, id);
    t.not(requirement?.binds, "content", id);
  }
  const checked = new Set(toolChecks.map(({ id }) => id));
  for (const id of toolExamples().flatMap(({ aims }) => aims)) t.ok(checked.has(id), `an example for ${id}`);
});

t.test("each tool is judged by what it does", async (t) => {
  const copier = idsFor({ unpacks: false, copies: true, converts: false });
  t.ok(copier.has("image.considerations.content-not-altered") && copier.has("robustness.image.crash"));
  t.notOk(copier.has(STATEMENTS.whiteout) || copier.has("image.conversion.env") || copier.has("robustness.image.escape"));
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
  t.equal(verdict(STATEMENTS.extracted, minimalImage(), seen()), "pass");
  const wrong = judgeTool(minimalImage(), seen({ tree: { "": node("dir", ""), a: node("file", "b"), b: node("file", "b2") } }), PLAIN).get(
    STATEMENTS.extracted,
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

t.test("a tool that hangs or falls over is judged for that alone", async (t) => {
  for (const [status, id] of [
    [124, "robustness.image.hang"],
    [139, "robustness.image.crash"],
  ] as const) {
    const ended = seen({ steps: [step(status)], tree: null });
    for (const subject of [minimalImage(), imageOf("tempting", [[symlink("l", "/etc"), file("l/a", "a")]])]) {
      t.strictSame(
        [...judgeTool(subject, ended, PLAIN)].map(([each, { verdict }]) => `${each} ${verdict}`),
        [`${id} fail`],
      );
      t.strictSame(controlsFor(viewOf(subject, ended, PLAIN)), []);
    }
  }
});

t.test("where no device nodes can be made, none is asked for", async (t) => {
  const subject = imageOf("a device", [[file("a", "a"), entryOf("null", "char", { device: [1, 3] })]]);
  const of = (observation: ImageObservation): string | undefined => verdict(STATEMENTS.extracted, subject, observation);
  const refused = { steps: [step(1, "mknod: operation not permitted")], tree: null };
  t.equal(of(seen(refused)), "fail");
  t.equal(of(seen({ ...refused, devices: false })), undefined);
  t.equal(of(seen()), "fail", "it is missing");
  t.equal(of(seen({ devices: false })), "pass");
});

t.test("a full file system of ours is judged as nothing", async (t) => {
  const full = seen({ steps: [step(1, "write /x: no space left on device")], tree: null });
  t.equal(ending(full), "out-of-space");
  for (const subject of [minimalImage(), { ...minimalImage(), shape: { nested: 1 } }])
    t.strictSame([...judgeTool(subject, full, PLAIN)], []);
});

t.test("what a tool cannot hold it may refuse, and not change", async (t) => {
  const withUser = (User: string): ImageCase => ({ ...minimalImage(), config: { architecture: "amd64", os: "linux", config: { User } } });
  const refused = seen({ steps: [step(1, "uids must be in range 0-2147483647")], tree: null });
  const failed = (subject: ImageCase, observation: ImageObservation): string[] =>
    [...judgeTool(subject, observation, PLAIN)].flatMap(([id, { verdict }]) => (verdict === "fail" ? [id] : []));
  const controls = { "image.manifest.config-media-type-supported": "accepted" as const };
  for (const user of ["4294967296:4294967296", "2147483648", "0:4294967296", "1000:unknown-group"])
    t.strictSame(failed(withUser(user), { ...refused, controls }), [], user);
  t.strictSame(failed(withUser("1000"), { ...refused, controls }), ["image.manifest.config-media-type-supported"], "what fits is taken");
  for (const more of [{ "os.features": ["x"] }, { "os.version": "1" }, { variant: "v4" }])
    t.strictSame(failed({ ...minimalImage(), config: { architecture: "amd64", os: "linux", ...more } }, { ...refused, controls }), []);
  const as = (uid: number): ImageObservation => seen({ runtimeConfig: { process: { user: { uid, gid: 0 } } } });
  t.ok(failed(withUser("4294967296"), as(0)).includes("image.conversion.user-numeric"), "root is not that user");
  t.notOk(failed(withUser("4294967296"), as(4_294_967_296)).includes("image.conversion.user-numeric"));

  const owned = (more: Partial<Entry>): ImageCase => imageOf("beyond", [[file("a", "a", more)]]);
  for (const more of [{ uid: 4_294_967_294 }, { gid: 4_294_967_295 }, { mtime: 2 ** 40 }, { mtime: -(2 ** 40) }])
    t.strictSame(failed(owned(more), refused), [], JSON.stringify(more));
  t.strictSame(failed(imageOf("a long name", [[file("a".repeat(256))]]), refused), []);
  t.strictSame(failed(owned({ uid: 1000 }), refused), [STATEMENTS.extracted]);
  t.strictSame(failed(owned({ uid: 4_294_967_294 }), seen()), [STATEMENTS.attributes], "but not unpack as root's");
  t.strictSame(failed(owned({ mtime: 2 ** 40 }), seen()), [], "a file system may have no such time");
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
  t.equal(verdict(STATEMENTS.extracted, subject, blamed), undefined);
  t.equal(verdict(STATEMENTS.extracted, minimalImage(), refused), "fail");
  const alone = { "image.layout.unknown-media-type-no-error": "refused", "image.index.nested-supported": "refused" } as const;
  t.equal(verdict(STATEMENTS.extracted, subject, { ...refused, controls: { ...alone, plain: "accepted" } }), undefined, "several together");
  t.equal(
    verdict(STATEMENTS.extracted, subject, { ...refused, controls: { ...alone, plain: "refused" } }),
    "fail",
    "the layers themselves",
  );
});

t.test("what may be refused is no finding", async (t) => {
  const subject = { ...minimalImage(), shape: { sha512: true } };
  t.equal(verdict(STATEMENTS.extracted, subject, seen({ steps: [step(1)], tree: null })), undefined);
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
    { path: "a", attribute: "uid", status: { decided: [STATEMENTS.attributes] } },
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
    tree: [{ path: "" }, { path: "a", because: STATEMENTS.extracted, attributes: { uid: { value: 0, id: STATEMENTS.attributes } } }],
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
