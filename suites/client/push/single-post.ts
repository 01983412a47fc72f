/** spec.md, "Single POST". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { expectThat, notApplicable } from "../../check.js";
import { check, checkEach, example, mustCope, section } from "../suite.js";
import type { ClientView, Viewed } from "../view.js";

const ABOUT = "POST of a whole blob";

/** Whether a request is a single POST: one that names a digest and has a body. */
const isSinglePost = ({ method, route, query, request: { body } }: Viewed): boolean =>
  method === "POST" && route.kind === "uploads" && query.has("digest") && body !== null;

/** The content of a case by a digest. */
const contentBy = ({ observation: { contents } }: ClientView, digest: string) =>
  Object.values(contents).find(({ sha256, sha512 }) => sha256 === digest || sha512 === digest);

const seeds = fc.nat(99);

export default section("Single POST", [
  checkEach("registry.client.single-post-content-length", ABOUT, (exchange, view) => {
    if (!isSinglePost(exchange)) return undefined;
    const size = contentBy(view, exchange.query.get("digest") ?? "")?.size;
    if (size === undefined) return notApplicable("the blob is none of the case's");
    return expectThat(
      exchange.sent("content-length") === String(size),
      `Content-Length: ${size}`,
      exchange.sent("content-length") ?? "no Content-Length",
    );
  }),
  checkEach("registry.client.single-post-digest", ABOUT, (exchange) => {
    const { body } = exchange.request;
    if (!isSinglePost(exchange) || !body) return undefined;
    if (body.broken) return notApplicable("the body did not come to its end");
    const digest = exchange.query.get("digest") ?? "";
    const own = digest.startsWith("sha512:") ? body.sha512 : body.sha256;
    return /^sha(?:256|512):/.test(digest) ? expectThat(digest === own, own, digest) : notApplicable("the digest is of another algorithm");
  }),
  check("registry.client.single-post-fallback", (view) => {
    if (view.case.choices?.includes("no-single-post") !== true) return notApplicable("the registry takes a single POST");
    const post = view.exchanges.find(isSinglePost);
    if (post?.status !== 202) return notApplicable("no single POST was answered with 202");
    return mustCope(view, "the client goes on with a PUT to the Location of the 202");
  }),

  example(["registry.client.single-post-content-length", "registry.client.single-post-digest"], "push-single", () =>
    fc.tuple(seeds, oneOf([0, 40, 100_000], "bytes")).map(([seed, size]) =>
      pushing(`blobs are pushed by a single POST each, one of a file of ${size} bytes`, image("m", seed, { size }), [], {
        verb: "push-single",
      }),
    ),
  ),
  example("registry.client.single-post-fallback", "push-single", () =>
    seeds.map((seed) =>
      pushing("a single POST is answered with 202", image("m", seed), [], { verb: "push-single", choices: ["no-single-post"] }),
    ),
  ),
]);
