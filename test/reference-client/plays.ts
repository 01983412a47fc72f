import { INDEX, MANIFEST } from "../../spec/image/media-types.js";
import { sha } from "./made.js";
import { ARTIFACT, entryOf, header, holding, IMAGE, imageText, LAYER, LIST_TAG, listOf, on, PLAIN_REFERRER, type Scene } from "./scenes.js";

const PULL = ["pull", "{registry}/c/a:t", "{dir}"];
const PUSH = ["push", "{layout}", "{registry}/c/new:t"];
const CHUNKS = [...PUSH, "--chunk", "64"];
const ATTACH = ["attach", "{registry}/c/a:t", "{layout}/file", "--type", "a/b", "--annotation", "k=v"];
const REFERRERS = ["referrers", "{registry}/c/a:t"];
const PUSH_ARTIFACT = ["push", "{layout}", "{registry}/c/a:artifact", "--tag", "artifact"];
const TAGS = ["tags", "{registry}/c/a"];
const OTHER = imageText("another layer");
const AUTH = (challenge: string, accepts: "basic" | "bearer", host?: "registry" | "other") =>
  on("any", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], { kind: "auth", challenges: [challenge], accepts }, host ? { host } : {});
const BEARER = AUTH('Bearer realm="{realm}",service="here",scope="{scope}"', "bearer");
const WARNING = on("any", ["GET"], header("Warning", '299 - "soon"'));
const refers = { artifactType: "a/a", annotations: { k: "v", l: "w" } };

/** What the client meets, and what it does: each scene by its name. */
export const SCENES = {
  // Pulling
  pull: { run: PULL, status: 0, out: new RegExp(sha(IMAGE)) },
  "pull by digest": { run: ["pull", "{registry}/c/a@{digest}", "{dir}"], status: 0 },
  "parameters of Content-Type": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], header("Content-Type", `${MANIFEST}; charset=utf-8`))],
    status: 0,
  },
  "mediaType is another": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], header("Content-Type", INDEX))],
    status: 1,
    err: /is said to be/,
  },
  "no Content-Type": { run: PULL, behaviours: [on("manifest", ["GET"], header("Content-Type", null))], status: 0 },
  "unknown type": { run: PULL, behaviours: [on("manifest", ["GET"], header("Content-Type", "text/html"))], status: 1, err: /text\/html/ },
  "manifest header": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], header("Docker-Content-Digest", sha(OTHER)))],
    status: 1,
    err: /the digest of what came is sha256:/,
  },
  "manifest header of sha512": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], header("Docker-Content-Digest", sha(IMAGE, "sha512")))],
    status: 0,
  },
  "manifest header of another sha512": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], header("Docker-Content-Digest", sha(OTHER, "sha512")))],
    status: 1,
    err: /sha512/,
  },
  "manifest header of an unknown algorithm": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], header("Docker-Content-Digest", "md5:0123"))],
    status: 0,
  },
  "manifest header is no digest": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], header("Docker-Content-Digest", "sha256:0123"))],
    status: 1,
    err: /no digest/,
  },
  "no digest headers": { run: PULL, behaviours: [on("any", ["GET", "HEAD"], header("Docker-Content-Digest", null))], status: 0 },
  "manifest flipped": {
    run: ["pull", "{registry}/c/a@{digest}", "{dir}"],
    behaviours: [on("manifest", ["GET"], { kind: "content", text: OTHER })],
    status: 1,
    err: /the digest of what came/,
  },
  "manifest no JSON": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], { kind: "content", text: "{" }), on("manifest", ["GET"], header("Docker-Content-Digest", null))],
    status: 1,
    err: /no JSON object/,
  },
  "blob header": {
    run: PULL,
    behaviours: [on("blob", ["GET"], header("Docker-Content-Digest", sha("else")), { reference: sha(LAYER) })],
    status: 1,
    err: /the digest of what came/,
  },
  "blob flipped": {
    run: PULL,
    behaviours: [on("blob", ["GET"], { kind: "alter", how: "flip" })],
    status: 1,
    err: /the digest of what came/,
  },
  "blob cut": { run: PULL, behaviours: [on("blob", ["GET"], { kind: "alter", how: "cut" })], status: 1, err: /are announced/ },
  "blob extended": { run: PULL, behaviours: [on("blob", ["GET"], { kind: "alter", how: "extend" })], status: 1, err: /are announced/ },
  "blob endless": { run: PULL, behaviours: [on("blob", ["GET"], { kind: "alter", how: "endless" })], status: 1, err: /more than its/ },
  "manifest endless": {
    run: PULL,
    behaviours: [on("manifest", ["GET"], { kind: "alter", how: "endless" })],
    status: 1,
    err: /more than \d+ bytes/,
  },
  "blob breaks": {
    run: PULL,
    behaviours: [on("blob", ["GET"], { kind: "break", after: 100 }, { nth: [1], reference: sha(LAYER) })],
    status: 0,
  },
  "blob breaks, no ranges": {
    run: PULL,
    behaviours: [on("blob", ["GET"], { kind: "break", after: 100 }, { nth: [1], reference: sha(LAYER) })],
    choices: ["no-ranges"],
    status: 0,
  },
  "blob breaks always": { run: PULL, behaviours: [on("blob", ["GET"], { kind: "break", after: 0 })], status: 1, err: /of 2 bytes came/ },
  "blob missing": {
    run: PULL,
    behaviours: [on("blob", ["GET"], { kind: "status", status: 404 }, { reference: sha(LAYER) })],
    status: 1,
    err: /404/,
  },
  "connections close": { run: PULL, behaviours: [on("any", ["GET", "HEAD"], { kind: "close" })], status: 0 },
  redirected: { run: PULL, behaviours: [on("blob", ["GET"], { kind: "redirect", to: "other", status: 307 })], status: 0 },
  "redirected in a circle": {
    run: PULL,
    behaviours: [on("blob", ["GET"], { kind: "redirect", to: "other", status: 302, loop: true })],
    status: 1,
    err: /in a circle/,
  },
  "redirected with credentials": {
    run: PULL,
    behaviours: [BEARER, on("blob", ["GET"], { kind: "redirect", to: "other", status: 307 })],
    credentials: ["registry"],
    status: 0,
  },
  "redirected to who asks": {
    run: PULL,
    behaviours: [
      AUTH('Basic realm="x"', "basic"),
      AUTH('Basic realm="y"', "basic", "other"),
      on("blob", ["GET"], { kind: "redirect", to: "other", status: 307 }),
    ],
    credentials: ["registry"],
    status: 1,
    err: /401/,
  },
  "several challenges": {
    run: PULL,
    behaviours: [AUTH('Negotiate abc==, Digest realm="a, b", nonce="\\"Basic x\\"", Bearer realm="{realm}" , scope="{scope}"', "bearer")],
    credentials: ["registry"],
    status: 0,
  },
  "tokens for one request": {
    run: PULL,
    behaviours: [
      on("any", ["GET", "HEAD"], {
        kind: "auth",
        challenges: ['Bearer realm="{realm}",scope="{scope}"'],
        accepts: "bearer",
        tokenRequests: 1,
        accessToken: true,
      }),
    ],
    credentials: ["registry"],
    status: 0,
  },
  "anonymous tokens": {
    run: PULL,
    behaviours: [
      on("any", ["GET", "HEAD"], {
        kind: "auth",
        challenges: ['Bearer realm="{realm}",scope="{scope}"'],
        accepts: "bearer",
        anonymous: true,
      }),
    ],
    status: 0,
  },
  "no token": { run: PULL, behaviours: [BEARER], credentials: ["other"], status: 1, err: /getting a token: GET .*: 401/ },
  "wrong password": {
    run: PULL,
    behaviours: [AUTH('Basic realm="x"', "basic")],
    credentials: ["other"],
    status: 1,
    err: /401 UNAUTHORIZED/,
  },
  warned: { run: PULL, behaviours: [WARNING], status: 0, err: /^warning: soon\n$/ },
  busy: {
    run: PULL,
    behaviours: [on("any", ["GET"], { kind: "answer", status: 429, headers: { "Retry-After": "0" } }, { nth: [1, 2, 4] })],
    status: 0,
  },
  "busy for ever": {
    run: PULL,
    behaviours: [on("any", ["GET"], { kind: "answer", status: 503, headers: { "Retry-After": "0" } })],
    status: 1,
    err: /503/,
  },
  "busy for long": {
    run: PULL,
    behaviours: [on("any", ["GET"], { kind: "answer", status: 429, headers: { "Retry-After": "9999" }, body: "come\ntomorrow" })],
    status: 1,
    err: /429 come tomorrow\n$/,
  },
  "through a proxy": { run: ["pull", "other.example/c/a:t", "{dir}", "--proxy", "{registry}"], status: 0 },
  "through a proxy that asks": {
    run: ["pull", "{other}/c/a:t", "{dir}", "--proxy", "{registry}"],
    behaviours: [AUTH('Basic realm="x"', "basic")],
    credentials: ["other"],
    status: 1,
    err: /401/,
  },
  "no Docker headers": { run: PULL, behaviours: [on("any", ["GET", "HEAD"], header("Docker-Distribution-API-Version", null))], status: 0 },

  // Pushing
  push: { run: PUSH, status: 0 },
  "errors without bodies": { run: PUSH, choices: ["errors-without-bodies"], status: 0 },
  "push of what is there": { run: ["push", "{layout}", "{registry}/c/a:u"], status: 0 },
  "push to a Location with a query": { run: PUSH, choices: ["locations-with-a-query"], status: 0 },
  "push, moving": { run: CHUNKS, choices: ["moving-uploads"], status: 0 },
  "push to another host": {
    run: PUSH,
    behaviours: [on("uploads", ["POST"], { kind: "location", host: "other", form: "absolute" })],
    status: 0,
  },
  "single POST": { run: [...PUSH, "--single"], status: 0 },
  "single POST not taken": { run: [...PUSH, "--single"], choices: ["no-single-post"], status: 0 },
  chunks: { run: CHUNKS, status: 0 },
  "chunks of 500": { run: CHUNKS, choices: ["chunks-of-500"], status: 0 },
  "chunk refused once": {
    run: CHUNKS,
    behaviours: [on("upload", ["PATCH"], { kind: "answer", status: 416 }, { nth: [2] })],
    choices: ["moving-uploads"],
    status: 0,
  },
  "chunk lost": { run: CHUNKS, behaviours: [on("upload", ["PATCH"], { kind: "break", after: "request" }, { nth: [2] })], status: 0 },
  "chunks refused": {
    run: CHUNKS,
    behaviours: [on("upload", ["PATCH"], { kind: "answer", status: 416 })],
    status: 1,
    err: /takes no byte/,
  },
  "chunk forbidden": { run: CHUNKS, behaviours: [on("upload", ["PATCH"], { kind: "answer", status: 403 })], status: 1, err: /403/ },
  "chunk forbidden, no cancelling": {
    run: CHUNKS,
    behaviours: [on("upload", ["PATCH"], { kind: "answer", status: 403 })],
    choices: ["no-cancelling"],
    status: 1,
    err: /uploading a chunk: .*403/,
  },
  "push of sha512": { run: ["push", "{layout}", "{registry}/c/new:long", "--tag", "long"], status: 0 },
  copy: { run: ["copy", "{registry}/c/a:t", "{registry}/c/new:t"], status: 0 },
  "push with tokens": { run: CHUNKS, behaviours: [BEARER], credentials: ["registry"], status: 0 },
  "copy with tokens": {
    run: ["copy", "{registry}/c/a:t", "{registry}/c/new:t"],
    behaviours: [BEARER],
    credentials: ["registry"],
    status: 0,
  },
  "push with a password": { run: PUSH, behaviours: [AUTH('Basic realm="x"', "basic")], credentials: ["registry"], status: 0 },
  "copy to another host": { run: ["copy", "{registry}/c/a:t", "{other}/c/new:t"], status: 0 },
  "copy, not mounted": { run: ["copy", "{registry}/c/a:t", "{registry}/c/new:t"], choices: ["no-mounts"], status: 0 },
  "mounted as another": {
    run: ["copy", "{registry}/c/a:t", "{registry}/c/new:t"],
    behaviours: [on("uploads", ["POST"], header("Docker-Content-Digest", sha("else")))],
    status: 0,
  },
  "manifest pushed as another": {
    run: PUSH,
    behaviours: [on("manifest", ["PUT"], header("Docker-Content-Digest", sha("else")))],
    status: 1,
    err: /which was pushed/,
  },
  "manifest refused": { run: PUSH, behaviours: [on("manifest", ["PUT"], { kind: "answer", status: 413 })], status: 1, err: /413/ },

  // Subjects
  attach: { run: ATTACH, status: 0 },
  "attach, no API": { run: ATTACH, choices: ["no-referrers"], status: 0 },
  "artifact, no API": { run: PUSH_ARTIFACT, choices: ["no-referrers"], status: 0 },
  "referrer without a type, no API": {
    run: ["push", "{layout}", "{registry}/c/a:r", "--tag", "referrer"],
    choices: ["no-referrers"],
    status: 0,
  },
  "odd subject, no API": { run: ["push", "{layout}", "{registry}/c/a:odd", "--tag", "odd"], choices: ["no-referrers"], status: 0 },
  "artifact, a list": {
    run: PUSH_ARTIFACT,
    choices: ["no-referrers"],
    holds: [holding("c/a", { [LIST_TAG]: listOf(entryOf(OTHER)) })],
    status: 0,
  },
  "artifact, listed": {
    run: PUSH_ARTIFACT,
    choices: ["no-referrers"],
    holds: [holding("c/a", { [LIST_TAG]: listOf(entryOf(ARTIFACT, refers)) })],
    status: 0,
  },
  "artifact, listed behind another": {
    run: PUSH_ARTIFACT,
    choices: ["no-referrers"],
    holds: [holding("c/a", { [LIST_TAG]: listOf(entryOf(OTHER), entryOf(ARTIFACT)) })],
    status: 0,
  },
  "artifact, no list but an image": {
    run: PUSH_ARTIFACT,
    choices: ["no-referrers"],
    holds: [holding("c/a", { [LIST_TAG]: PLAIN_REFERRER })],
    status: 1,
    err: /would be an image index/,
  },
  "artifact, changed meanwhile": {
    run: PUSH_ARTIFACT,
    choices: ["no-referrers"],
    holds: [holding("c/a", { [LIST_TAG]: listOf(entryOf(OTHER)) })],
    behaviours: [
      on(
        "manifest",
        ["PUT"],
        { kind: "meanwhile", repository: "c/a", tag: LIST_TAG, mediaType: INDEX, text: listOf(entryOf(OTHER), entryOf(IMAGE)) },
        { reference: LIST_TAG, nth: [1] },
      ),
    ],
    status: 0,
  },
  "artifact, changed all the time": {
    run: PUSH_ARTIFACT,
    choices: ["no-referrers"],
    holds: [holding("c/a", { [LIST_TAG]: listOf(entryOf(OTHER)) })],
    behaviours: [on("manifest", ["PUT"], { kind: "answer", status: 412 }, { reference: LIST_TAG })],
    status: 1,
    err: /others change/,
  },

  // Lists
  tags: {
    run: TAGS,
    holds: [holding("c/a", { u: OTHER, v: ARTIFACT, w: PLAIN_REFERRER })],
    choices: ["manifests-of-missing-blobs"],
    status: 0,
    out: /^t\nu\nv\nw\n$/,
  },
  "tags on pages": {
    run: TAGS,
    holds: [holding("c/a", { u: ARTIFACT, v: PLAIN_REFERRER })],
    choices: ["pages-of-2"],
    status: 0,
    out: /^t\nu\nv\n$/,
  },
  "tags in a circle": {
    run: TAGS,
    behaviours: [on("tags", ["GET"], header("Link", '</v2/c/a/tags/list?n=1>; rel="next"'))],
    status: 1,
    err: /its own next page/,
  },
  "tags are no list": {
    run: TAGS,
    behaviours: [on("tags", ["GET"], { kind: "content", text: '{"tags":[1]}' })],
    status: 1,
    err: /no list of texts/,
  },
  "tags are null": { run: TAGS, behaviours: [on("tags", ["GET"], { kind: "content", text: '{"tags":null}' })], status: 0, out: /^$/ },
  referrers: { run: REFERRERS, holds: [holding("c/a", { u: ARTIFACT, v: PLAIN_REFERRER })], status: 0, out: /"a\/a"/ },
  "referrers of a type": {
    run: [...REFERRERS, "--type", "a/a"],
    holds: [holding("c/a", { u: ARTIFACT, v: PLAIN_REFERRER })],
    choices: ["no-referrers-filter"],
    status: 0,
    out: /^\{[^\n]*a\/a[^\n]*\}\n$/,
  },
  "referrers under a tag": {
    run: REFERRERS,
    holds: [holding("c/a", { [LIST_TAG]: listOf(entryOf(ARTIFACT, refers)) })],
    choices: ["no-referrers"],
    status: 0,
    out: /a\/a/,
  },
  "no referrers": { run: REFERRERS, choices: ["no-referrers"], status: 0, out: /^$/ },
  "no good list of referrers": {
    run: REFERRERS,
    holds: [holding("c/a", { [LIST_TAG]: PLAIN_REFERRER })],
    choices: ["no-referrers"],
    status: 0,
    out: /^$/,
  },

  // Deleting
  "delete a tag": { run: ["delete", "{registry}/c/a:t"], status: 0 },
  "delete a manifest": { run: ["delete", "{registry}/c/a@{digest}"], status: 0 },
  "delete a referrer, no API": {
    run: ["delete", `{registry}/c/a@${sha(ARTIFACT)}`],
    holds: [holding("c/a", { u: ARTIFACT, [LIST_TAG]: listOf(entryOf(ARTIFACT, refers), entryOf(OTHER)) })],
    choices: ["no-referrers"],
    status: 0,
  },
  "delete what is not there": { run: ["delete", `{registry}/c/a@${sha("x")}`], status: 1, err: /404/ },
} as const satisfies Readonly<Record<string, Scene>>;

export type SceneName = keyof typeof SCENES;
