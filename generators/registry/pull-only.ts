import fc, { type Arbitrary } from "fast-check";
import type { Content, Given, RegistryCase, RequestStep } from "../../runners/registry/case.js";
import { blobPath, caseOf, get, head, MEDIA, manifestPath, random, request } from "./steps.js";

/** Reads of an image that is there, and of what is not: nothing is written. */
export function pullOnly(given: Given, contents: Readonly<Record<string, Content>>): Arbitrary<RegistryCase> {
  const { tag, manifest, mediaType, blobs } = given;
  const byDigest = `{sha256:${manifest}}`;
  const own = `${mediaType}, ${MEDIA.index};q=0.5`;
  const reference = fc.constantFrom(tag, byDigest);
  const accept = fc.constantFrom(undefined, "*/*", mediaType, own);
  const read: Arbitrary<readonly RequestStep[]> = fc.oneof<Arbitrary<readonly RequestStep[]>[]>(
    fc.constant([get("/v2/")]),
    fc.tuple(reference, accept).map(([what, types]): RequestStep[] => {
      const path = manifestPath("given", what);
      const headers = types === undefined ? {} : { headers: { accept: types } };
      return [
        { ...head(path), ...headers },
        { ...get(path), ...headers },
      ];
    }),
    ...blobs.map((name) =>
      fc.constantFrom<RequestStep[]>(
        [head(blobPath("given", name)), get(blobPath("given", name))],
        [get(blobPath("given", name), { range: "bytes=0-3" })],
        [get(blobPath("given", name), { range: "bytes=99999999999-" })],
      ),
    ),
    fc.constant([
      get(blobPath("given", "absent")),
      head(blobPath("given", "absent")),
      get(manifestPath("given", "{sha256:absent}"), { accept: "*/*" }),
    ]),
    fc.constant([request("GET", "/v2/{repo:given}/tags/list", { pages: 5 })]),
    fc.integer({ min: 0, max: 3 }).map((n) => [request("GET", "/v2/{repo:given}/tags/list", { query: [["n", String(n)]], pages: 3 })]),
    fc.constant([request("GET", "/v2/{repo:given}/tags/list", { query: [["last", tag]] })]),
    fc.constantFrom(byDigest, "{sha256:absent}").map((digest) => [get(`/v2/{repo:given}/referrers/${digest}`)]),
    fc.constant([get("/v2/{repo:given}/manifests/-no-tag"), get("/v2/{repo:nowhere}/manifests/latest")]),
  );
  return fc
    .array(read, { minLength: 1, maxLength: 6 })
    .map((steps) => ({ ...caseOf("an image that is there is read", { ...contents, absent: random(33, 77) }, steps), given }));
}
