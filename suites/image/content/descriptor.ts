import { createHash } from "node:crypto";
import { itemsOf, type JsonNode, member, shown, textOf } from "../../../image-reader/json-node.js";
import type { Document } from "../../../image-reader/layout.js";
import { COMPUTABLE } from "../../../image-reader/scan.js";
import { BASE64, MEDIA_TYPE, parseDigest, REGISTERED, schemeOf } from "../../../spec/image/grammar.js";
import { documentKind, MANIFEST } from "../../../spec/image/media-types.js";
import { atLeast } from "../../../spec/image/releases.js";
import { hasImageLayers } from "./layers-of.js";
import { at, check, type DescriptorView, expectThat, type Located, type Section } from "./suite.js";

/** A property of a descriptor that must be a string. */
const requiredText =
  (name: string) =>
  ({ node }: DescriptorView): Located => {
    const value = member(node, name);
    return expectThat(value?.kind === "string", `${name}, a string`, shown(value));
  };

/** A whole number that fits into 64 bits; undefined for any other value. */
export function int64(node: JsonNode | undefined): bigint | undefined {
  if (node?.kind !== "number" || !/^-?\d{1,19}$/.test(node.text)) return undefined;
  const value = BigInt(node.text);
  return value === BigInt.asIntN(64, value) ? value : undefined;
}

/** A text property that is named as RFC 6838 says. */
export const namedByRfc6838 = (node: JsonNode | undefined, name: string): Located | undefined => {
  const value = textOf(node, name);
  return value === undefined ? undefined : expectThat(MEDIA_TYPE.test(value), "TYPE/SUBTYPE, named by RFC 6838", value);
};

const encodedPart = (digest: string | undefined, algorithm: string): string | undefined => {
  const parsed = digest === undefined ? undefined : parseDigest(digest);
  return parsed?.algorithm === algorithm ? parsed.encoded : undefined;
};

/** The rules of registered algorithms: how many digits, and no capitals among them. */
const registered = (["sha256", "sha512", "blake3"] as const).flatMap((algorithm) => [
  check(`image.descriptor.${algorithm}-encoded`, ({ reference }: DescriptorView) => {
    const encoded = encodedPart(reference.digest, algorithm);
    const digits = REGISTERED[algorithm];
    return encoded === undefined
      ? undefined
      : expectThat(encoded.length === digits && /^[0-9a-fA-F]*$/.test(encoded), `${digits} hexadecimal digits`, encoded);
  }),
  check(`image.descriptor.${algorithm}-lowercase`, ({ reference }: DescriptorView) => {
    const encoded = encodedPart(reference.digest, algorithm);
    return encoded === undefined ? undefined : expectThat(!/[A-F]/.test(encoded), "digits a to f", encoded);
  }),
]);

function typesOf(view: DescriptorView): Located[] {
  const { node, release } = view;
  const urls = member(node, "urls");
  const list = urls?.kind === "array" && urls.items.every(({ kind }) => kind === "string");
  const found: Located[] = urls ? [expectThat(list, "urls, a list of strings", shown(urls), at(view, urls))] : [];
  for (const name of atLeast(release, "1.1.1") ? ["data", "artifactType"] : []) {
    const value = member(node, name);
    if (value) found.push(expectThat(value.kind === "string", `${name}, a string`, shown(value), at(view, value)));
  }
  return found;
}

/** The strings of urls, each with its place. */
const urlsOf = ({ node }: DescriptorView) => itemsOf(node, "urls").flatMap((url) => (url.kind === "string" ? [url] : []));

/** Whether a manifest is one of an image, which is for a platform, rather than of an artifact. */
function isImage(descriptor: JsonNode, manifest: Document): boolean {
  const { root } = manifest.json;
  const config = textOf(member(root, "config"), "mediaType");
  const artifact = [descriptor, root].some((node) => member(node, "artifactType") !== undefined);
  return !artifact && config !== undefined && documentKind(config) === "config" && hasImageLayers(manifest);
}

/** descriptor.md */
export const descriptor: Section = {
  title: "Descriptors",
  descriptor: [
    check("image.descriptor.media-type-required", requiredText("mediaType")),
    check("image.descriptor.media-type-rfc6838", ({ node }) => namedByRfc6838(node, "mediaType")),
    check("image.descriptor.digest-required", requiredText("digest")),
    check("image.descriptor.digest-grammar", ({ reference: { digest } }) =>
      digest === undefined ? undefined : expectThat(parseDigest(digest) !== undefined, "ALGORITHM:ENCODED", digest),
    ),
    check("image.descriptor.sha256-recommended", ({ reference: { digest } }) => {
      const algorithm = parseDigest(digest ?? "")?.algorithm;
      return algorithm === undefined ? undefined : expectThat(algorithm === "sha256", "sha256", algorithm);
    }),
    ...registered,
    check("image.descriptor.size-required", ({ node }) => {
      const size = member(node, "size");
      return expectThat(int64(size) !== undefined, "size, a whole number of 64 bits", shown(size));
    }),
    check("image.descriptor.size-not-negative", ({ node }) => {
      const size = int64(member(node, "size"));
      return size === undefined ? undefined : expectThat(size >= 0n, "a size of zero or more", String(size));
    }),
    check("image.descriptor.size-of-content", ({ node, size }) => {
      const declared = int64(member(node, "size"));
      return declared === undefined || declared < 0n || size === undefined
        ? undefined
        : expectThat(declared === BigInt(size), size, Number(declared));
    }),
    check("image.descriptor.urls-rfc3986", (view) =>
      urlsOf(view).map((url) => expectThat(schemeOf(url.value) !== undefined, "a URI", url.value, at(view, url))),
    ),
    check("image.descriptor.urls-http-schemes", (view) =>
      urlsOf(view).flatMap((url) => {
        const scheme = schemeOf(url.value);
        return scheme === undefined ? [] : [expectThat(scheme === "http" || scheme === "https", "http or https", url.value, at(view, url))];
      }),
    ),
    check("image.descriptor.property-types", typesOf),
    check("image.descriptor.data-reserved", ({ node }) =>
      expectThat(member(node, "data") === undefined, "no data", shown(member(node, "data"))),
    ),
    check("image.descriptor.data-base64", ({ node }) => {
      const data = textOf(node, "data");
      return data === undefined ? undefined : expectThat(BASE64.test(data), "base64 with padding", shown(member(node, "data")));
    }),
    check("image.descriptor.data-identical", ({ node, reference: { digest } }) => {
      const data = textOf(node, "data");
      const algorithm = parseDigest(digest ?? "")?.algorithm;
      if (data === undefined || !BASE64.test(data) || algorithm === undefined) return undefined;
      if (!COMPUTABLE.includes(algorithm)) return { verdict: "skip", reason: `digests by ${algorithm} cannot be computed here` };
      const content = Buffer.from(data, "base64");
      const actual = `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
      const size = int64(member(node, "size"));
      const same = actual === digest && (size === undefined || size === BigInt(content.length));
      return expectThat(same, { digest, size: String(size) }, { digest: actual, size: String(content.length) });
    }),
    check("image.descriptor.artifact-type-rfc6838", ({ node }) => namedByRfc6838(node, "artifactType")),
    check("image.descriptor.artifact-type-of-manifest", ({ node, target }) => {
      const type = textOf(node, "artifactType");
      if (type === undefined || target?.role !== "manifest") return undefined;
      const root = target.json.root;
      const allowed = [textOf(member(root, "config"), "mediaType"), textOf(root, "artifactType")].filter((each) => each !== undefined);
      return allowed.length === 0 ? undefined : expectThat(allowed.includes(type), allowed, type);
    }),
    check("image.descriptor.manifest-platform", ({ node, reference: { use, mediaType }, target }) => {
      if (use !== "manifest" || mediaType !== MANIFEST) return undefined;
      if (member(node, "platform") !== undefined) return expectThat(true, undefined, undefined);
      // Only what is for a platform has one: an artifact is not, and of a manifest that is not there nobody knows.
      return target && isImage(node, target) ? expectThat(false, "a platform", "none") : undefined;
    }),
  ],
};
