/** spec.md, "Error Codes". */
import fc from "fast-check";
import { oneOf } from "../../generators/choices.js";
import {
  begin,
  blobPath,
  caseOf,
  finish,
  get,
  image,
  MEDIA,
  manifestPath,
  pushBlob,
  pushManifest,
  random,
  remove,
  request,
  textOf,
} from "../../generators/registry/steps.js";
import { ERROR_CODE, isErrorCode, SCHEMA1_CODES } from "../../spec/distribution/error-codes.js";
import { isName } from "../../spec/distribution/grammar.js";
import { expectThat, notApplicable } from "../check.js";
import { errorCodes, isObject, jsonBody } from "./response.js";
import { type Check, check, example, section, type View } from "./suite.js";

/** The body of a 4xx that is JSON: a text like `404` or `"no"` is JSON only where it is called so. */
function errorBody(view: View): unknown {
  if (view.status < 400 || view.status >= 500 || view.response.body.size === 0) return undefined;
  const body = jsonBody(view);
  return (typeof body === "object" && body !== null) || /\bjson\b/i.test(view.header("content-type") ?? "") ? body : undefined;
}

/** The errors of such a body, as far as they are objects. */
const errorsOf = (view: View): readonly Record<string, unknown>[] => {
  const body = errorBody(view);
  return isObject(body) && Array.isArray(body.errors) ? body.errors.filter(isObject) : [];
};

/** A text as it may stand in a header or a JSON body, shortened. */
const shown = (view: View): string => view.response.body.text?.slice(0, 500) ?? "";

/** Refusals that may have another reason than what is missing or wrong here. */
const OTHER_REASONS: readonly number[] = [401, 403, 405, 409, 412, 413, 429];

/** Where an error's body lists codes in a known situation, one of them must be among these. */
const fits = (id: string, situation: (view: View) => readonly string[] | undefined): Check =>
  check(
    id,
    (view) => {
      if (view.status < 400 || view.status >= 500 || OTHER_REASONS.includes(view.status) || view.concurrent) return undefined;
      const expected = situation(view);
      if (!expected || ("name" in view.route && !isName(view.route.name))) return undefined;
      const codes = errorCodes(view);
      if (codes.length === 0) return notApplicable("the error's body has no codes");
      return expectThat(
        codes.some((code) => expected.includes(code)),
        expected.join(" or "),
        codes,
      );
    },
    "refusal whose reason is known",
  );

const NO_ERRORS = "no error's body is JSON with errors";

const seeds = fc.nat(9999);
const FORMS = [
  "registry.errors.body-json-form",
  "registry.errors.code-form",
  "registry.errors.code-known",
  "registry.errors.message-string",
  "robustness.registry.error-code",
];

export default section("Errors", [
  check("registry.errors.body-json-form", (view) => {
    const body = errorBody(view);
    if (body === undefined) return notApplicable("no error's body is JSON");
    const good =
      isObject(body) &&
      Array.isArray(body.errors) &&
      body.errors.every((error: unknown) => isObject(error) && typeof error.code === "string");
    return expectThat(good, '{"errors":[{"code":…}]}', shown(view));
  }),
  check("registry.errors.code-form", (view) => {
    const codes = errorsOf(view).map(({ code }) => code);
    return codes.length === 0
      ? notApplicable(NO_ERRORS)
      : expectThat(
          codes.every((code) => typeof code === "string" && ERROR_CODE.test(code)),
          "uppercase letters and underscores",
          codes,
        );
  }),
  check("registry.errors.code-known", (view) => {
    const codes = errorsOf(view).flatMap(({ code }) => (typeof code === "string" ? [code] : []));
    const known = (code: string): boolean =>
      isErrorCode(code) || (view.facts.release !== "1.0.1" && SCHEMA1_CODES.some((each) => each === code));
    return codes.length === 0 ? notApplicable(NO_ERRORS) : expectThat(codes.every(known), "codes of the spec's table", codes);
  }),
  check("registry.errors.message-string", (view) => {
    const messages = errorsOf(view).flatMap(({ message }) => (message === undefined ? [] : [message]));
    return messages.length === 0
      ? notApplicable("no error has a message")
      : expectThat(
          messages.every((message) => typeof message === "string"),
          "messages that are strings",
          messages,
        );
  }),
  fits("robustness.registry.error-code", ({ route, model, method }) =>
    route.kind === "blob" &&
    (method === "GET" || method === "DELETE") &&
    model.content(route.digest) !== undefined &&
    ["absent", "deleted"].includes(model.blob(route.name, route.digest))
      ? ["BLOB_UNKNOWN", "NAME_UNKNOWN"]
      : undefined,
  ),
  fits("robustness.registry.error-code", ({ route, model, method }) =>
    route.kind === "manifest" &&
    method === "GET" &&
    ["absent", "deleted"].includes(model.manifest(route.name, route.reference).presence) &&
    /^\w+$|^sha256:[0-9a-f]{64}$/.test(route.reference) &&
    route.reference.length <= 128
      ? ["MANIFEST_UNKNOWN", "NAME_UNKNOWN"]
      : undefined,
  ),
  fits("robustness.registry.error-code", ({ route, model, status, facts }) =>
    route.kind === "tags" && status === 404 && facts.choices.tagsList !== false && model.repository(route.name).known === "absent"
      ? ["NAME_UNKNOWN"]
      : undefined,
  ),
  fits("robustness.registry.error-code", (view) => {
    const { route, model, method } = view;
    if (route.kind !== "session" || method !== "PUT" || model.session(route.session)?.state !== "closed") return undefined;
    return ["BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID"];
  }),
  fits("robustness.registry.error-code", (view) => {
    const { route, model, method } = view;
    const session = route.kind === "session" ? model.session(route.session) : undefined;
    const sent = model.sent(view.exchange);
    const digest = view.query.get("digest") ?? "";
    return method === "PUT" &&
      session?.state === "open" &&
      session.offset === 0 &&
      sent &&
      /^sha256:[0-9a-f]{64}$/.test(digest) &&
      digest !== sent.sha256
      ? ["DIGEST_INVALID", "BLOB_UPLOAD_INVALID"]
      : undefined;
  }),
  fits("robustness.registry.error-code", (view) => {
    const { route, model, method } = view;
    const text = model.sent(view.exchange)?.text;
    return route.kind === "manifest" && method === "PUT" && text !== undefined && !text.trimStart().startsWith("{")
      ? ["MANIFEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "UNSUPPORTED", "DIGEST_INVALID"]
      : undefined;
  }),

  example(FORMS, () =>
    seeds.map((seed) =>
      caseOf("what is not there is asked for", { ...image("m", seed), y: random(3, seed) }, [
        ...pushBlob("a", "y"),
        get(blobPath("a", "m-layer")),
        get(manifestPath("a", "none")),
        get(manifestPath("a", "{sha256:m}")),
        get("/v2/{repo:nowhere}/tags/list"),
      ]),
    ),
  ),
  example(FORMS, () =>
    oneOf(["", "null", "[]", "{", "{}", '"text"', "not JSON", '{"schemaVersion":2}'], "manifest").map((text) =>
      caseOf(`${JSON.stringify(text)} is pushed as a manifest`, { m: textOf(text) }, [pushManifest("a", "m", "v1", MEDIA.manifest)]),
    ),
  ),
  example([...FORMS, "robustness.registry.server-error"], () =>
    oneOf(["sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e", "nonsense"], "digest").map((digest) =>
      caseOf(`a blob by the digest ${digest} is asked for`, {}, [
        get(`/v2/{repo:a}/blobs/${digest}`),
        remove(`/v2/{repo:a}/blobs/${digest}`),
      ]),
    ),
  ),
  example(FORMS, () =>
    seeds.map((seed) =>
      caseOf("an upload goes wrong", { x: random(20, seed), y: random(20, seed + 1) }, [
        begin("a", "u"),
        request("PUT", "{location:u}", { headers: { "content-type": MEDIA.octets }, body: { content: "x" } }),
        begin("a", "v"),
        request("PUT", "{location:v}", {
          query: [["digest", "{sha256:y}"]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
        finish("v", "x"),
      ]),
    ),
  ),
]);
