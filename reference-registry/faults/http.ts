import { errors, type Reply } from "../http/reply.js";
import {
  adding,
  at,
  bytesOf,
  dropping,
  either,
  type Fault,
  gzipped,
  heard,
  inCode,
  needing,
  said,
  status,
  type Where,
  withHeaders,
  wrapped,
} from "./fault.js";

const always: Where = () => true;
/** Wrong ones, where the answer is 401: whoever sends none is told how to. */
const withCredentials: Where = ({ headers }) => headers.authorization !== undefined;
const CONTENT = either(at("manifest", "GET", "HEAD"), at("blob", "GET", "HEAD"));
const MANIFEST_HEAD = at("manifest", "HEAD");
const JSON_TYPE = { "Content-Type": "application/json" };

/** Another body for every refusal that has one. */
const rewritten = (name: string, requirement: string, change: (body: string) => string): Fault =>
  said(name, requirement, always, 4, async (reply) => {
    const old = (await bytesOf(reply)).toString();
    return old === "" ? reply : { ...reply, body: Buffer.from(change(old)) };
  });

/** Every fortieth pull of a manifest is one too many. */
const limited = (name: string, requirement: string, headers: Readonly<Record<string, string>>): Fault =>
  wrapped(name, requirement, (handler) => {
    let count = 0;
    return (call) => {
      if (!at("manifest", "GET")(call)) return handler(call);
      count = (count + 1) % 40;
      return count === 0
        ? errors(429, [{ code: "TOOMANYREQUESTS", message: "come back later" }], { ...headers, ...JSON_TYPE })
        : handler(call);
    };
  });

const warning = (name: string, requirement: string, text: string): Fault =>
  said(name, requirement, at("manifest", "GET"), 200, (reply) => adding(reply, { Warning: text }));

/** Sends a body after the head of an answer to HEAD, which Node by itself does not let happen. */
const bodyAfterHead = (reply: Reply): Reply => ({
  ...reply,
  takeOver: (response) => {
    const { socket } = response;
    response.on("finish", () => socket?.write("this is no body"));
    return false;
  },
});

/** The HTTP of it all (RFC 9110), errors and warnings. */
export const HTTP_FAULTS: readonly Fault[] = [
  said("head-with-body", "registry.http.head-no-body", MANIFEST_HEAD, 200, bodyAfterHead),
  said("head-with-other-etag", "registry.http.head-fields-as-get", MANIFEST_HEAD, 200, (reply) => adding(reply, { ETag: '"another"' })),
  said("head-of-tags-with-other-length", "registry.http.head-length-as-get", at("tags", "HEAD"), 200, (reply) =>
    adding(reply, { "Content-Length": "1" }),
  ),
  said("coding-unasked", "registry.http.content-coding-accepted", at("manifest", "GET", "HEAD"), 200, (reply, { headers }) =>
    headers["accept-encoding"] === undefined ? reply : gzipped(reply),
  ),
  said("head-of-compressed-with-length-of-plain", "registry.http.head-length-as-get", at("manifest", "GET"), 200, (reply, { headers }) =>
    /\bgzip\b/.test(headers["accept-encoding"]?.toString() ?? "") ? gzipped(reply) : reply,
  ),
  said("body-shorter-than-length", "registry.http.content-length-exact", at("blob", "GET"), 200, async (reply) => {
    const bytes = await bytesOf(reply);
    return {
      ...reply,
      takeOver: (response) => {
        response.writeHead(200, { ...(reply.headers as Record<string, string>), "Content-Length": bytes.length + 1 });
        response.write(bytes, () => response.destroy());
        return true;
      },
    };
  }),
  said("no-content-with-length", "registry.http.no-content-has-no-length", always, 204, (reply) =>
    adding(reply, { "Content-Length": "0" }),
  ),
  said("date-missing", "registry.http.date", CONTENT, 2, (reply) => ({
    ...reply,
    takeOver: (response) => {
      response.sendDate = false;
      return false;
    },
  })),
  inCode("unknown-method-400", "registry.http.method-unknown"),
  status("method-not-allowed-404", "registry.http.method-not-allowed", always, 405, 404),
  said("not-allowed-without-allow", "registry.http.allow", always, 405, (reply) => dropping(reply, "Allow")),
  needing(
    "auth",
    said("unauthorized-without-challenge", "registry.http.unauthorized-challenge", withCredentials, 401, (reply) =>
      dropping(reply, "WWW-Authenticate"),
    ),
  ),
  said("base-unauthorized-without-challenge", "registry.http.unauthorized-challenge", at("version", "GET"), 200, () =>
    errors(401, [{ code: "UNAUTHORIZED", message: "no" }], JSON_TYPE),
  ),
  limited("rate-limit-without-retry-after", "registry.errors.retry-after", {}),
  limited("retry-after-in-words", "registry.http.retry-after-form", { "Retry-After": "soon" }),
  needing("timeout", inCode("expect-ignored", "registry.http.expect-continue")),
  heard("if-none-match-ignored", "registry.http.if-none-match", CONTENT, (call) => withHeaders(call, { "if-none-match": undefined })),
  said("not-modified-without-etag", "registry.http.not-modified-etag", CONTENT, 304, (reply) => dropping(reply, "ETag")),
  rewritten("error-without-list", "registry.errors.body-json-form", (body) => body.replace(/^\{"errors":\[(.*)\]\}$/s, "$1")),
  rewritten("error-code-in-lowercase", "registry.errors.code-form", (body) =>
    body.replace(/"code":"(\w+)"/g, (_, code: string) => `"code":"${code.toLowerCase()}"`),
  ),
  rewritten("error-code-invented", "registry.errors.code-known", (body) => body.replaceAll(/"code":"\w+"/g, '"code":"NOT_FOUND"')),
  rewritten("error-code-of-something-else", "robustness.registry.error-code", (body) =>
    body.replaceAll(/"code":"\w+"/g, '"code":"SIZE_INVALID"'),
  ),
  rewritten("error-message-an-object", "registry.errors.message-string", (body) => body.replace(/"message":"[^"]*"/g, '"message":{}')),
  warning("warning-with-other-code", "registry.warnings.code", '199 - "this is going away"'),
  warning("warning-with-agent", "registry.warnings.agent", '299 registry.example "this is going away"'),
  warning("warning-with-date", "registry.warnings.no-date", '299 - "this is going away" "Sat, 21 Nov 2026 10:00:00 GMT"'),
  warning("warning-too-large", "registry.warnings.size", `299 - "${"this is going away ".repeat(250)}"`),
];
