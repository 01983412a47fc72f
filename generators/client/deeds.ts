/** What registries do to their clients, at random: what a client has to get along with, and what it may refuse. */
import fc, { type Arbitrary } from "fast-check";
import type { Aim, Behaviour, Deed, Endpoint } from "../../reference-registry/behaviours/behaviour.js";
import type { Content } from "../../runners/registry/case.js";

const READS = ["GET", "HEAD"] as const;
const READ: readonly Endpoint[] = ["blob", "manifest", "tags", "referrers"];
const ENDPOINTS: readonly Endpoint[] = ["any", "version", "uploads", "upload", ...READ];

const nth = fc.option(fc.subarray([1, 2, 3, 4], { minLength: 1 }), { nil: undefined, freq: 2 });

/** Exchanges with one of these endpoints: all of them, or some by number. */
const aimAt = (endpoints: readonly Endpoint[], more: Omit<Aim, "to"> = {}): Arbitrary<Aim> =>
  fc.record({ to: fc.constantFrom(...endpoints), nth }).map(({ to, nth }) => ({ to, ...more, ...(nth === undefined ? {} : { nth }) }));

const behaviour = (on: Arbitrary<Aim>, does: Arbitrary<Deed>): Arbitrary<Behaviour> => fc.record({ on, does });

/** A header that comes with another value, or not at all. */
const header = (name: string, values: Arbitrary<string | readonly string[] | null>): Arbitrary<Deed> =>
  values.map((value) => ({ kind: "header", name, value }));

const words = fc.stringMatching(/^[a-z]{1,8}( [a-z0-9]{1,8}){0,3}$/);
const query = fc.constantFrom("direct=1", "state=a%2Fb%3D%3D", "a=1&b=%20c&a=2", "X-Signature=a+b%2Bc");

/** Other forms of the places of uploads. */
const location = (tls: boolean): Arbitrary<Deed> =>
  fc
    .record(
      {
        kind: fc.constant("location" as const),
        host: fc.constantFrom(...(["registry", "other", ...(tls ? [] : (["plain"] as const))] as const)),
        form: fc.constantFrom("absolute" as const, "relative" as const, "relative-path" as const),
        query,
        moving: fc.constant(true as const),
      },
      { requiredKeys: ["kind"] },
    )
    .map((does): Deed => does);

const redirect = (tls: boolean): Arbitrary<Deed> =>
  fc
    .record(
      {
        kind: fc.constant("redirect" as const),
        to: fc.constantFrom(...(["registry", "other", ...(tls ? [] : (["plain"] as const))] as const)),
        status: fc.constantFrom(301, 302, 303, 307, 308),
        query,
      },
      { requiredKeys: ["kind", "to", "status"] },
    )
    .map((does): Deed => does);

/** What a registry may do, whatever is asked of it. */
export const allowed = (tls: boolean): Arbitrary<Behaviour> =>
  fc.oneof(
    behaviour(
      aimAt(ENDPOINTS),
      header(
        "Warning",
        fc.array(words, { minLength: 1, maxLength: 3 }).map((texts) => texts.map((text) => `299 - "${text}"`)),
      ),
    ),
    behaviour(aimAt(ENDPOINTS), header("Docker-Content-Digest", fc.constant(null))),
    behaviour(aimAt(ENDPOINTS), header("Docker-Distribution-API-Version", fc.constant(null))),
    behaviour(aimAt(["uploads"]), header("OCI-Chunk-Min-Length", fc.constantFrom("1", "100", "1000", "5000000"))),
    behaviour(aimAt(ENDPOINTS), fc.constant({ kind: "close" })),
    behaviour(aimAt(READ, { methods: READS }), redirect(tls)),
    behaviour(aimAt(["uploads", "upload"], { methods: ["POST", "PATCH"] }), location(tls)),
    behaviour(aimAt(["uploads"]), location(tls)),
  );

/** How clients are asked who they are. */
export const challenge: Arbitrary<Behaviour> = fc
  .record(
    {
      accepts: fc.constantFrom("basic" as const, "bearer" as const),
      both: fc.boolean(),
      tokenRequests: fc.integer({ min: 1, max: 4 }),
      accessToken: fc.constant(true as const),
      anonymous: fc.constant(true as const),
    },
    { requiredKeys: ["accepts", "both"] },
  )
  .map(({ accepts, both, ...more }): Behaviour => {
    const ways = { basic: 'Basic realm="here"', bearer: 'Bearer realm="{realm}",service="here",scope="{scope}"' };
    // The strongest comes first, and is the only one that is said where the others would not be taken.
    const challenges = accepts === "basic" && both ? ["Negotiate", ways.basic] : [ways[accepts]];
    return { on: { to: "any" }, does: { kind: "auth", challenges, accepts, ...(accepts === "bearer" ? more : {}) } };
  });

const altered: Arbitrary<Deed> = fc.constantFrom("flip", "cut", "extend", "empty").map((how) => ({ kind: "alter", how }));
const after = fc.oneof(fc.constant("request" as const), fc.nat(60));

/** Texts in place of JSON, and JSON that is something else. */
const odd = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.constantFrom("", "null", "[]", "{}", '{"manifests":[{}]}', '{"layers":7}', '{"tags":[1]}'),
);

/** What a registry should not do, or what a client may give up at. */
export const harmful = (contents: Readonly<Record<string, Content>>): Arbitrary<Behaviour> => {
  const digest = fc.constantFrom(...Object.keys(contents)).map((name) => `{sha256:${name}}`);
  return fc.oneof(
    behaviour(aimAt(READ, { methods: ["GET"] }), altered),
    behaviour(
      aimAt(READ, { methods: ["GET"] }),
      odd.map((text) => ({ kind: "content", text })),
    ),
    behaviour(aimAt(READ, { methods: ["GET"] }), fc.constant({ kind: "alter", how: "endless" })),
    behaviour(aimAt(ENDPOINTS), header("Docker-Content-Digest", fc.oneof(digest, words))),
    behaviour(
      aimAt(["manifest"]),
      header("Content-Type", fc.constantFrom(null, "text/html", "application/json", "application/vnd.oci.image.index.v1+json")),
    ),
    behaviour(aimAt(["uploads", "upload"]), header("Location", fc.constantFrom(null, "", "http://", "/v2/", "{url:other}/v2/"))),
    behaviour(aimAt(["upload"]), header("Range", fc.constantFrom(null, "0-0", "0-99", "bytes=0-9", "9-0"))),
    behaviour(
      aimAt(["tags", "referrers"]),
      header("Link", fc.constantFrom("", "<", '</v2/oci-conform/a/tags/list?n=1&last=t>; rel="next"', '<{url:other}/v2/x>; rel="next"')),
    ),
    behaviour(
      aimAt(ENDPOINTS),
      fc.constantFrom(400, 401, 403, 404, 405, 409, 412, 413, 416, 500, 502, 507).map((status) => ({ kind: "answer", status })),
    ),
    behaviour(
      aimAt(ENDPOINTS),
      fc.constantFrom(429, 503).map((status) => ({ kind: "answer", status, headers: { "Retry-After": "0" } })),
    ),
    behaviour(
      aimAt(ENDPOINTS),
      fc.constantFrom(200, 201, 202, 204, 404, 500).map((status) => ({ kind: "status", status })),
    ),
    behaviour(
      aimAt([...READ, "uploads", "upload"]),
      after.map((bytes) => ({ kind: "break", after: bytes })),
    ),
    behaviour(
      aimAt(READ, { methods: READS }),
      fc.constantFrom("registry", "other").map((to) => ({ kind: "redirect", to, status: 307, loop: true })),
    ),
    behaviour(aimAt(READ, { methods: ["GET"] }), fc.constant({ kind: "slow", bytes: 64, ms: 1 })),
  );
};
