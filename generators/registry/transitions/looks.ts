/** Everything that may be looked at of an object, by whatever name it has. */
import type { RequestStep } from "../../../runners/registry/case.js";
import { get, head, manifestPath, request } from "../steps.js";

/** HEAD and GET of the same, one right after the other. */
export const both = (path: string, accept?: string): readonly RequestStep[] => {
  const headers = accept === undefined ? {} : { headers: { accept } };
  return [
    { ...head(path), ...headers },
    { ...get(path), ...headers },
  ];
};

/** A manifest by its tag or digest. */
export const ofManifest = (repo: string, reference: string, mediaType: string): readonly RequestStep[] =>
  both(manifestPath(repo, reference), mediaType);

/** A manifest that is not what it is about, by its tag or digest. */
export const ofOther = (repo: string, reference: string, mediaType: string): readonly RequestStep[] => [
  get(manifestPath(repo, reference), { accept: mediaType }),
];

/** The whole list of tags. */
export const ofTags = (repo: string): readonly RequestStep[] => [request("GET", `/v2/{repo:${repo}}/tags/list`, { pages: 20 })];

/** The referrers of a content, all of them and those of a type. */
export const ofReferrers = (repo: string, content: string, artifactType: string): readonly RequestStep[] => {
  const path = `/v2/{repo:${repo}}/referrers/{sha256:${content}}`;
  return [request("GET", path, { pages: 20 }), request("GET", path, { query: [["artifactType", artifactType]], pages: 20 })];
};

/** A first look, which fills whatever cache there is: without parts of lists. */
export const once = (looks: readonly (readonly RequestStep[])[]): readonly (readonly RequestStep[])[] =>
  looks.map((look) => look.filter(({ query }) => query === undefined));

/** Looked at twice, since a cache lies the second time. Each look is a part by itself. */
export const twice = (looks: readonly (readonly RequestStep[])[]): readonly (readonly RequestStep[])[] => [...looks, ...looks];
