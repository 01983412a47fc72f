/** Whom a statement binds. */
export const BINDS = ["registry", "client", "both"] as const;

/** The categories of the API, as a registry claims them; `all` is what belongs to each. */
export const APIS = ["pull", "push", "discovery", "management", "all"] as const;

/** What a registry may or may not do, and which of its answers shows it: statements hang on these. */
export const FEATURES = {
  auth: "some answer is a 401",
  "blob-delete": "DELETE of a blob is not answered with 400 or 405",
  cancel: "DELETE of an upload session is not refused",
  "chunk-min-length": "short chunks are refused, or the answer that starts an upload has OCI-Chunk-Min-Length",
  "digest-algorithm": "an upload can be started with digest-algorithm=sha512: it is not refused",
  etag: "manifests or blobs come with an ETag",
  "manifest-delete": "DELETE of a manifest by digest is not answered with 400 or 405",
  "manifest-limit": "a manifest is refused for its size",
  mount: "a POST with mount and from is answered with 201",
  "no-blob-delete": "DELETE of a blob that is there does not succeed",
  "no-manifest-delete": "DELETE of a manifest that is there, by digest, does not succeed",
  "no-mount": "a POST with mount and from never is answered with 201",
  "no-single-post": "a good POST with a digest and a body is not answered with 201",
  "no-tag-delete": "DELETE of a tag that is there does not succeed",
  proxy: "the parameter ns makes a difference",
  range: "a GET of a blob with a Range is answered with 206",
  "rate-limit": "some answer is a 429, or has Retry-After",
  "reference-check": "a manifest is refused because it references content that is not there",
  referrers: "the referrers endpoint of a repository that is there is not answered with 404",
  "referrers-filter": "a referrers list has OCI-Filters-Applied",
  "referrers-paging": "a referrers list has a Link, or not all that was pushed",
  "single-post": "a POST with a digest and a body is answered with 201",
  "tag-delete": "DELETE of a tag is not answered with 400 or 405",
  "tag-parameter": "a push by digest with tag parameters has OCI-Tag, or makes tags",
  "tags-link": "a tags list has a Link",
  warnings: "some answer has Warning",
} as const;

export type Binds = (typeof BINDS)[number];
export type Api = (typeof APIS)[number];
export type Feature = keyof typeof FEATURES;
