import t from "tap";
import { imageOf, minimalImage } from "../../../../generators/image/base.js";
import { FAULTS } from "../../../../generators/image/invalid/table.js";
import { entryOf, file, symlink, whiteout } from "../../../../generators/image/layer/entries.js";
import { buildLayout } from "../../../../generators/image/layout/layout.js";
import { DECOY } from "../../../../generators/image/layout/neighbours.js";
import type { Entry, ImageCase, Platform } from "../../../../runners/image/case.js";
import { digestOf } from "../../../../runners/image/content.js";
import { ending, type ImageObservation, type Step } from "../../../../runners/image/observation.js";
import type { SeenNode } from "../../../../runners/image/seen.js";
import { loadCatalogue } from "../../../../spec/catalogue.js";
import { HOST_ARCHITECTURE } from "../../../../spec/image/platforms.js";
import { STATEMENTS } from "../../../../suites/image/model/statements.js";
import { controlsFor, withoutFault } from "../../../../suites/image/tool/controls.js";
import { campsOf, divergences, groups } from "../../../../suites/image/tool/divergence.js";
import { toolExamples } from "../../../../suites/image/tool/examples.js";
import { expectationOf } from "../../../../suites/image/tool/expectation.js";
import { FEATURES } from "../../../../suites/image/tool/features.js";
import { idsFor, judgeTool, toolChecks } from "../../../../suites/image/tool/judge.js";
import { viewOf } from "../../../../suites/image/tool/view.js";

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

const refused = (controls: ImageObservation["controls"] = {}): ImageObservation => seen({ steps: [step(1, "no")], tree: null, controls });
const decoy = seen({ tree: { "": node("dir", ""), [DECOY]: node("file", "another image") } });
const shaped = (shape: ImageCase["shape"], more: Partial<ImageCase> = {}): ImageCase => ({ ...minimalImage(), ...more, shape });
const HERE = { architecture: HOST_ARCHITECTURE ?? "amd64", os: "linux" };

t.test("of several images in a layout, the one that was asked for is to be taken", async (t) => {
  const before = (other: Platform) => shaped({ offer: { platform: HERE, before: [other] } });
  const choices: readonly (readonly [string, ImageCase])[] = [
    ["image.layout.ref-name-elsewhere-ignored", shaped({ neighbours: ["named-elsewhere"] })],
    ["image.index.first-match", shaped({ offer: { platform: HERE, after: [HERE] } })],
    ["image.index.platform-architecture-understood", before({ architecture: "mips64le", os: "linux" })],
    ["image.index.platform-os-understood", before({ ...HERE, os: "plan9" })],
    ["image.index.platform-variant-understood", before({ architecture: "arm", os: "linux", variant: "v6" })],
  ];
  for (const [id, subject] of choices) {
    t.equal(verdict(id, subject, seen()), "pass", id);
    t.equal(verdict(id, subject, decoy), "fail", `${id}: another image`);
    t.equal(verdict(STATEMENTS.extracted, subject, decoy), undefined, "its files are no finding of their own");
    t.equal(verdict(id, subject, refused({ [id]: "accepted" })), "fail", `${id}: refused`);
    t.equal(verdict(id, subject, refused({ [id]: "refused", "image.index.processed": "accepted" })), undefined, `${id}: any index`);
    t.equal(verdict("image.index.processed", subject, refused({ "image.index.processed": "accepted" })), "fail");
    const [first] = controlsFor(viewOf(subject, refused(), PLAIN));
    t.equal(first?.[0], id);
    t.notSame(first && buildLayout(first[1]).files, buildLayout(subject).files, "the control is another layout");
  }
  t.equal(verdict("image.index.first-match", before({ architecture: "mips", os: "linux" }), decoy), undefined, "it does not match");
  const copied = (content: string) =>
    seen({
      steps: [{ ...step(0), name: "to-dir" }],
      tree: null,
      sources: { "the manifest": "1 sha256:x" },
      decoys: ["1 sha256:y"],
      copies: { dir: { "": node("dir", ""), m: node("file", "", { content }) } },
    });
  const twice = shaped({ offer: { platform: HERE, after: [HERE] } });
  t.equal(verdict("image.index.first-match", twice, copied("1 sha256:x")), "pass");
  t.equal(verdict("image.index.first-match", twice, copied("1 sha256:y")), "fail");
  t.equal(verdict("image.considerations.content-not-altered", twice, copied("1 sha256:y")), undefined);
});

t.test("an image for another machine may be refused", async (t) => {
  const subject = shaped({ offer: { platform: { architecture: "zx", os: "linux" }, before: [HERE] } });
  t.equal(verdict("image.index.processed", subject, refused({ "image.index.processed": "accepted" })), undefined);
});

t.test("who copies takes artifacts, and does not parse what it does not know; who unpacks need not", async (t) => {
  const [json, bytes, layers] = [
    "image.manifest.config-of-unknown-type-no-error",
    "image.manifest.config-of-unknown-type-not-parsed",
    "image.manifest.layer-of-unknown-type-no-error",
  ];
  const subject = shaped({ unknownConfig: "bytes", unknownLayers: true });
  const to = (observation: ImageObservation) => ({ ...observation, steps: observation.steps.map((each) => ({ ...each, name: "to-dir" })) });
  const copied = to(seen({ tree: null, copies: { dir: { m: node("file", "m") } } }));
  for (const id of [json, bytes, layers]) {
    t.equal(verdict(id, subject, copied), "pass", id);
    t.equal(verdict(id, subject, to(refused({ [id]: "accepted" }))), "fail", id);
    t.equal(verdict(id, subject, refused({ [id]: "accepted" })), undefined, `${id}: no copy`);
  }
  t.equal(verdict(bytes, shaped({ unknownConfig: "json" }), to(refused({ [json]: "accepted" }))), undefined);
  t.equal(verdict(STATEMENTS.extracted, subject, refused()), undefined);
  t.equal(verdict(STATEMENTS.extracted, subject, seen({ tree: { "": node("dir", "") } })), undefined, "there is no tree to compare");
});

t.test("data of descriptors is verified where it is used, and not added to copies", async (t) => {
  const verified = "image.descriptor.data-verified";
  const subject = shaped({ dataAlone: true }, { fault: "descriptor-data-alone-differs" });
  const by = [verified];
  t.equal(verdict(verified, subject, seen(), by), "fail", "the wrong bytes were unpacked");
  t.equal(verdict(verified, subject, seen({ tree: { "": node("dir", "") } }), by), undefined, "nobody knows whether they were used");
  t.equal(verdict(verified, subject, refused({ control: "accepted" }), by), "pass");
  t.equal(verdict(verified, subject, refused({ control: "refused" }), by), undefined, "it reads no data at all");
  const added = "image.descriptor.data-not-added-later";
  const copy = (content: string, embedded: string[]) =>
    seen({
      tree: null,
      sources: { "the manifest": "1 sha256:x" },
      copies: { dir: { m: node("file", "", { content }) } },
      embedded: { dir: embedded },
    });
  t.equal(verdict(added, minimalImage(), copy("1 sha256:x", [])), "pass");
  t.equal(verdict(added, minimalImage(), copy("1 sha256:y", ["./m"])), "fail");
  t.equal(verdict(added, minimalImage(), copy("1 sha256:y", [])), undefined, "changed, but not by that");
  const faulty = { ...minimalImage(), fault: "descriptor-data-differs" };
  t.equal(verdict(added, faulty, copy("1 sha256:x", ["./m"])), undefined, "a fault may be just that");
  t.equal(verdict(added, shaped({ data: true }), copy("1 sha256:x", ["./m"])), undefined, "it was there before");
});

t.test("a layer that has addresses is copied like any other", async (t) => {
  const id = "image.layer.urls-not-a-sign";
  const copy = (...contents: string[]) =>
    seen({
      tree: null,
      sources: { "the manifest": "1 m", "layer 1": "1 l" },
      copies: { dir: Object.fromEntries(contents.map((content) => [content, node("file", "", { content })])) },
    });
  const subject = shaped({ urls: true });
  t.equal(verdict(id, subject, copy("1 m", "1 l")), "pass");
  t.match(judgeTool(subject, copy("1 m"), PLAIN).get(id), { verdict: "fail", actual: "not there: layer 1 in the copy to dir" });
  t.equal(verdict(id, subject, copy("1 other")), undefined, "another manifest may name another layer");
  t.equal(verdict(id, minimalImage(), copy("1 m")), undefined);
  const layers = minimalImage().layers.map((layer) => ({ ...layer, nondistributable: true }));
  t.equal(verdict(id, { ...subject, layers }, copy("1 m")), undefined, "one that may not be distributed");
  t.equal(verdict("image.considerations.content-not-altered", subject, copy("1 m")), undefined, "said once");
});

t.test("SHA-256 is verified by who notices that nothing has its digest", async (t) => {
  const id = "image.descriptor.sha256-supported";
  const subject = { ...minimalImage(), fault: "blobs-changed" };
  t.equal(verdict(id, subject, seen(), [id]), "fail");
  t.equal(verdict(id, subject, refused({ control: "accepted" }), [id]), "pass");
  t.equal(verdict(id, subject, refused({ control: "refused" }), [id]), undefined);
});

t.test("statements that say the same in another release are judged by the same feature", async (t) => {
  for (const { id, also = [], without } of FEATURES) {
    for (const each of also) {
      const subject = shaped(
        { neighbours: ["unknown-media-type"], nested: 1, inner: "before", unknownProperties: true },
        { config: { ...HERE, more: 1 } },
      );
      t.equal(verdict(each, subject, seen()), "pass", each);
      t.equal(verdict(each, subject, refused({ [id]: "accepted" })), "fail", each);
      t.equal(verdict(each, without(subject), refused({ [id]: "accepted" })), undefined, each);
    }
  }
});

t.test("valid configs and manifests are supported, whatever is in them", async (t) => {
  for (const [id, subject] of [
    ["image.manifest.config-media-type-supported", shaped({}, { config: { ...HERE, author: "a" } })],
    ["image.index.manifest-media-type-supported", shaped({ untyped: true })],
  ] as const) {
    t.equal(verdict(id, subject, seen()), "pass", id);
    t.equal(verdict(id, subject, refused({ [id]: "accepted" })), "fail", id);
    t.equal(verdict(id, minimalImage(), seen()), undefined, id);
  }
  const byName = shaped({}, { config: { ...HERE, config: { User: "tester" } } });
  t.equal(verdict("image.manifest.config-media-type-supported", byName, seen()), undefined, "users by name are another matter");
});

t.test("a tool that fails leaves nothing behind", async (t) => {
  const id = "robustness.image.leftovers";
  t.equal(verdict(id, minimalImage(), { ...refused(), leftovers: ["sleep 100 runs"] }), "fail");
  t.equal(verdict(id, minimalImage(), { ...refused(), leftovers: [] }), "pass");
  t.equal(verdict(id, minimalImage(), refused()), undefined);
  t.equal(verdict(id, minimalImage(), seen()), undefined);
});

t.test("a container is begun as the image's config says", async (t) => {
  const execution = { Env: ["A=1"], Cmd: ["/x", "y"], WorkingDir: "/w" };
  const subject = shaped({}, { config: { ...HERE, config: execution } });
  const made = (process: { args: string[]; cwd: string; env: string[] }) => seen({ runtimeConfig: { process } });
  const good = { args: ["/x", "y"], cwd: "/w", env: ["PATH=/", "A=1"] };
  for (const id of ["image.config.used-as-base", "image.conversion.by-image-config"]) {
    t.equal(verdict(id, subject, made(good)), "pass", id);
    for (const wrong of [{ args: ["sh"] }, { cwd: "/" }, { env: [] }])
      t.equal(verdict(id, subject, made({ ...good, ...wrong })), "fail", JSON.stringify(wrong));
    t.equal(verdict(id, minimalImage(), made(good)), undefined, "nothing is asked for");
  }
  const id = "image.config.cmd-first-is-program";
  t.equal(verdict(id, subject, made(good)), "pass");
  t.equal(verdict(id, subject, made({ ...good, args: ["sh", "-c", "/x"] })), "fail");
  t.equal(verdict(id, shaped({}, { config: { ...HERE, config: { ...execution, Entrypoint: ["e"] } } }), made(good)), undefined);
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
