import { type Exchange, header } from "../../../runners/registry/observation.js";
import type { RegistryReach } from "./options.js";

type Asked = Pick<RegistryReach, "user" | "authfile" | "namespace"> & { readonly url: string };

const WRITES = ["POST", "PUT", "PATCH"];

/** What may help where a request got no answer. */
function ofFailure(message: string, { url }: Asked): string[] {
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|DEPTH_ZERO/.test(message))
    return ["its certificate is not trusted: --ca FILE names the authority, --insecure does without"];
  if (url.startsWith("https:") && /EPROTO|WRONG_VERSION|wrong version|packet length|SSL/i.test(message))
    return [`it may speak plain HTTP: --url ${url.replace("https:", "http:")}`];
  if (
    url.startsWith("http:") &&
    !/breaks off/.test(message) &&
    /HTTPParserError|HPE_|does not match the HTTP|SocketError|other side closed|ECONNRESET/i.test(message)
  )
    return [`it may speak HTTPS: --url ${url.replace("http:", "https:")}`];
  if (/ECONNREFUSED/.test(message)) return ["nobody listens there: is it started? --server COMMAND lets the harness start it"];
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) return ["the name of the host is not known here"];
  if (/no whole answer within/.test(message)) return ["--timeout gives it more time"];
  return [];
}

function ofRefusal({ request: { method } }: Exchange, status: number, text: string, asked: Asked): string[] {
  const writes = WRITES.includes(method);
  const names = [
    ...(asked.namespace === "" ? [] : ['where names have one component: --namespace ""']),
    "where names must be below another one: --namespace NAME",
  ];
  if (status === 401)
    return asked.user === undefined && asked.authfile === undefined
      ? ["it asks who we are: --user NAME with the password in an environment variable, or --authfile"]
      : ["it does not take these credentials (--user, --authfile), or they do not allow this"];
  if (writes && (status === 403 || status === 405))
    return [
      "where nothing may be pushed: --pull-only NAME:TAG tests with an image that is there",
      ...(status === 403 ? ["where another user may: --user NAME", "where pushes are allowed to other names: --namespace NAME"] : []),
    ];
  if (/NAME_UNKNOWN/.test(text)) return ["where repositories are made beforehand: --repository NAME tests in one that is there", ...names];
  if (/NAME_INVALID/.test(text) || (writes && (status === 400 || status === 404))) return names;
  if (status === 413 || status === 507) return ["its quota seems to be used up"];
  if (status === 429) return ["it wants fewer requests: --rate N"];
  return [];
}

/** Which options may help where the first steps failed; the likeliest first. */
export function hints(exchange: Exchange | undefined, asked: Asked): readonly string[] {
  if (!exchange) return [];
  const { response, failure, request } = exchange;
  if (failure) return ofFailure(failure.message, asked);
  if (!response) return [];
  const { status } = response;
  const text = response.body.text ?? "";
  if (status === 400 && asked.url.startsWith("http:") && /https/i.test(text))
    return [`it speaks HTTPS: --url ${asked.url.replace("http:", "https:")}`];
  if (status >= 300 && status < 400) return [`it redirects to ${header(response, "location") ?? "nowhere"}: is that its --url?`];
  if (status >= 400) {
    const more = ofRefusal(exchange, status, text, asked);
    return status === 404 && /\/v2\/?$/.test(request.url) ? [...more, "where it lives below a path: --url URL/PATH"] : more;
  }
  return ["is a registry there? --url must be where its /v2/ is"];
}
