import type { ClientCase, Verb } from "../../runners/client/case.js";
import type { Content } from "../../runners/registry/case.js";
import { minimalImage } from "../image/base.js";
import { buildLayout } from "../image/layout/layout.js";
import { image, jsonOf, MEDIA, textOf } from "../registry/steps.js";
import { caseOf, held, inA } from "./cases.js";

/** A blob as it is, whatever it is. */
const blobOf = (bytes: Buffer | undefined): Content => ({ kind: "base64", bytes: (bytes ?? Buffer.alloc(0)).toString("base64") });

/** A whole image whose layer is an archive with one file: clients that unpack take it, too. Its parts are `m`, `m-config` and `m-layer`. */
export function wholeImage(): Readonly<Record<string, Content>> {
  const { files, names } = buildLayout(minimalImage());
  const config = files.get(names.config ?? "");
  const layer = files.get(names.layers[0] ?? "");
  const descriptor = (mediaType: string, content: string) => ({
    mediaType,
    digest: `{sha256:${content}}`,
    size: `{size:${content}}`,
  });
  return {
    "m-config": textOf((config ?? Buffer.alloc(0)).toString()),
    "m-layer": blobOf(layer),
    m: jsonOf({
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config: descriptor(MEDIA.config, "m-config"),
      layers: [descriptor(MEDIA.layer, "m-layer")],
    }),
  };
}

/** The least that each verb is: a registry that behaves, and a small image. @throws RangeError for `any`, which nobody can ask for */
export function minimalCase(verb: Verb): ClientCase {
  const contents = wholeImage();
  const holds = [held("m", "t")];
  switch (verb) {
    case "pull":
      return caseOf("an image is pulled", verb, contents, inA("t"), { holds });
    case "push":
    case "push-single":
      return caseOf("an image is pushed", verb, contents, inA("t"), { local: "m" });
    case "push-chunks":
      return caseOf("an image is pushed in chunks", verb, contents, inA("t"), { local: "m", chunk: 64 });
    case "copy":
      return caseOf("an image is copied", verb, contents, { repository: "b", reference: "t" }, { holds, from: inA("t") });
    case "tags":
      return caseOf("tags are listed", verb, contents, inA("t"), { holds });
    case "referrers":
      return caseOf("referrers are listed", verb, { ...contents, ...referrer() }, inA("{sha256:m}"), { holds: [...holds, held("r")] });
    case "attach":
      return caseOf("an artifact is attached", verb, { ...contents, text: textOf("attached") }, inA("t"), {
        holds,
        attachment: { artifactType: "application/vnd.example.text", blob: "text" },
      });
    case "delete":
      return caseOf("a manifest is deleted", verb, contents, inA("{sha256:m}"), { holds });
    case "any":
      throw new RangeError("nobody can ask for any");
  }
}

/** An artifact with the image as its subject. */
const referrer = (): Readonly<Record<string, Content>> => {
  const artifactType = "application/vnd.example.text";
  return image("r", 1, { artifactType, subject: { mediaType: MEDIA.manifest, digest: "{sha256:m}", size: "{size:m}" } });
};
