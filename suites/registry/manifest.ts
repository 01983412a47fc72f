/** What the registry's rules look at in a manifest; everything may be missing or of another type. */
export interface Manifest {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config?: { readonly mediaType?: string };
  readonly subject?: { readonly digest?: string };
  readonly annotations?: Readonly<Record<string, string>>;
  readonly manifests?: readonly unknown[];
  readonly layers?: readonly unknown[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Parses JSON; undefined for what is none. */
export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A manifest's text as far as it is one; undefined for anything that is no JSON object. */
export function parseManifest(json: string | undefined): Manifest | undefined {
  const value = parseJson(json);
  if (!isObject(value)) return undefined;
  const mediaType = text(value.mediaType);
  const artifactType = text(value.artifactType);
  const configType = isObject(value.config) ? text(value.config.mediaType) : undefined;
  const subject = isObject(value.subject) ? text(value.subject.digest) : undefined;
  const annotations = isObject(value.annotations)
    ? Object.fromEntries(Object.entries(value.annotations).filter((entry): entry is [string, string] => typeof entry[1] === "string"))
    : undefined;
  return {
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(configType === undefined ? {} : { config: { mediaType: configType } }),
    ...(subject === undefined ? {} : { subject: { digest: subject } }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(Array.isArray(value.manifests) ? { manifests: value.manifests } : {}),
    ...(Array.isArray(value.layers) ? { layers: value.layers } : {}),
  };
}

/** The digests of what a manifest is made of: its config, layers and manifests, not its subject. */
export function childrenOf(json: string | undefined): readonly string[] {
  const value = parseJson(json);
  if (!isObject(value)) return [];
  return [value.config, ...[value.layers, value.manifests].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))].flatMap(
    (each) => (isObject(each) && typeof each.digest === "string" ? [each.digest] : []),
  );
}
