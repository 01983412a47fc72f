import t from "tap";
import { minimalImage } from "../../../../generators/image/base.js";
import { buildLayout } from "../../../../generators/image/layout/layout.js";
import { DECOY } from "../../../../generators/image/layout/neighbours.js";
import type { ImageCase, Platform } from "../../../../runners/image/case.js";
import type { ImageObservation } from "../../../../runners/image/observation.js";
import { HOST_ARCHITECTURE } from "../../../../spec/image/platforms.js";
import { STATEMENTS } from "../../../../suites/image/model/statements.js";
import { controlsFor } from "../../../../suites/image/tool/controls.js";
import { FEATURES } from "../../../../suites/image/tool/features.js";
import { judgeTool } from "../../../../suites/image/tool/judge.js";
import { viewOf } from "../../../../suites/image/tool/view.js";

import { node, PLAIN, seen, step, verdict } from "./fixture.js";

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
