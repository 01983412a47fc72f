import type { Content, Json, RegistryCase, RequestStep, Step } from "../../runners/registry/case.js";

/** The media types of the image spec that registries deal with. */
export const MEDIA = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  empty: "application/vnd.oci.empty.v1+json",
  octets: "application/octet-stream",
} as const;

/** A case of steps alone. */
export const caseOf = (
  title: string,
  contents: Readonly<Record<string, Content>>,
  steps: readonly (Step | readonly Step[])[],
  more: Pick<RegistryCase, "clients" | "after"> = {},
): RegistryCase => ({ format: "oci-conform/registry-case@1", title, aims: [], contents, steps: steps.flat(), ...more });

export const random = (size: number, seed: number): Content => ({ kind: "random", size, seed });
export const textOf = (text: string): Content => ({ kind: "text", text });
export const jsonOf = (value: Json): Content => ({ kind: "json", value });

const label = (name: string | undefined): { readonly label?: string } => (name === undefined ? {} : { label: name });

export const blobPath = (repo: string, content: string, algorithm = "sha256"): string =>
  `/v2/{repo:${repo}}/blobs/{${algorithm}:${content}}`;

/** By a tag, or by a digest such as `{sha256:m}`. */
export const manifestPath = (repo: string, reference: string): string => `/v2/{repo:${repo}}/manifests/${reference}`;

export const request = (method: string, target: string, more: Omit<RequestStep, "method" | "target"> = {}): RequestStep => ({
  method,
  target,
  ...more,
});

export const get = (target: string, headers?: Readonly<Record<string, string>>): RequestStep =>
  request("GET", target, headers ? { headers } : {});
export const head = (target: string): RequestStep => request("HEAD", target);
export const remove = (target: string): RequestStep => request("DELETE", target);

/** Opens an upload session. */
export const begin = (repo: string, name: string, query: readonly (readonly [string, string])[] = []): RequestStep =>
  request("POST", `/v2/{repo:${repo}}/blobs/uploads/`, {
    ...label(name),
    headers: { "content-length": "0" },
    ...(query.length > 0 ? { query } : {}),
  });

/** Closes a session, with the whole content or without a body. */
export const finish = (
  session: string,
  content: string,
  options: { readonly body?: boolean; readonly algorithm?: string; readonly name?: string } = {},
): RequestStep =>
  request("PUT", `{location:${session}}`, {
    ...label(options.name),
    query: [["digest", `{${options.algorithm ?? "sha256"}:${content}}`]],
    ...(options.body === false ? { headers: { "content-length": "0" } } : { headers: { "content-type": MEDIA.octets }, body: { content } }),
  });

/** Sends the bytes from `from` up to but not including `to`. */
export const chunk = (session: string, name: string, content: string, from: number, to: number): RequestStep =>
  request("PATCH", `{location:${session}}`, {
    ...label(name),
    headers: { "content-type": MEDIA.octets, "content-range": `${from}-${to - 1}` },
    body: { content, from, to },
  });

/** POST, then PUT of the whole content. */
export const pushBlob = (repo: string, content: string, algorithm = "sha256"): RequestStep[] => [
  begin(repo, `up-${repo}-${content}-${algorithm}`, algorithm === "sha256" ? [] : [["digest-algorithm", algorithm]]),
  finish(`up-${repo}-${content}-${algorithm}`, content, { algorithm }),
];

export const pushManifest = (
  repo: string,
  content: string,
  reference: string,
  mediaType: string = MEDIA.manifest,
  query: readonly (readonly [string, string])[] = [],
): RequestStep =>
  request("PUT", manifestPath(repo, reference), {
    headers: { "content-type": mediaType },
    body: { content },
    ...(query.length > 0 ? { query } : {}),
  });

/** A descriptor of a content, as JSON. */
export const descriptor = (content: string, mediaType: string, more: Readonly<Record<string, Json>> = {}): Json => ({
  mediaType,
  digest: `{sha256:${content}}`,
  size: `{size:${content}}`,
  ...more,
});

/** An image manifest of a config and layers that are contents. */
export const imageManifest = (config: string, layers: readonly string[], more: Readonly<Record<string, Json>> = {}): Content =>
  jsonOf({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: descriptor(config, MEDIA.config),
    layers: layers.map((layer) => descriptor(layer, MEDIA.layer)),
    ...more,
  });

/** The contents of a small image whose parts are named after `name`: `NAME-config`, `NAME-layer`, and the manifest itself. */
export const image = (name: string, seed: number, more: Readonly<Record<string, Json>> = {}): Readonly<Record<string, Content>> => ({
  [`${name}-config`]: jsonOf({
    architecture: "amd64",
    os: "linux",
    author: "{salt}",
    created: `2020-01-01T00:00:${String(seed % 60).padStart(2, "0")}Z`,
    seed,
  }),
  [`${name}-layer`]: random(64 + (seed % 64), seed),
  [name]: imageManifest(`${name}-config`, [`${name}-layer`], more),
});

/** Pushes such an image: its blobs, then its manifest by the reference. */
export const pushImage = (repo: string, name: string, reference = `{sha256:${name}}`): RequestStep[] => [
  ...pushBlob(repo, `${name}-config`),
  ...pushBlob(repo, `${name}-layer`),
  pushManifest(repo, name, reference),
];
