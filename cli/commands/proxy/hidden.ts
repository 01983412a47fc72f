import type { ClientExchange, WireHeaders } from "../../../runners/client/observation.js";

const SECRET = ["authorization", "cookie", "set-cookie", "proxy-authorization", "docker-upload-token"];

/** A scheme says what a check may ask for; what comes after it is nobody's business. */
const shown = (name: string, value: string): string => (SECRET.includes(name) ? `${/^\S+(?= )/.exec(value)?.[0] ?? ""} …`.trim() : value);

/** A place elsewhere may have its permission in its query. */
const placed = (name: string, value: string, own: string): string =>
  name === "location" && /^https?:\/\//i.test(value) && !value.startsWith(own) ? value.replace(/\?.*$/s, "?…") : value;

const without = (headers: WireHeaders, own: string): WireHeaders =>
  headers.map(([name, value]) => [name, placed(name, shown(name, value), own)] as const);

/**
 * An exchange without passwords and tokens: it may be stored. Bodies of what is beside the registry's endpoints (tokens are given there) go, too.
 * @param own the address by which clients come here, with its scheme
 */
export function hidden({ request, response, ...rest }: ClientExchange, own: string): ClientExchange {
  const beside = !/^\/v2(?:\/|$|\?)/.test(request.target) || request.target.startsWith("/v2/token");
  const bodied = <Body extends { readonly text?: string }>(body: Body): Body => {
    const { text: _, ...facts } = body;
    return beside ? (facts as Body) : body;
  };
  return {
    ...rest,
    request: {
      ...request,
      target: beside ? request.target.replace(/\?.*$/s, "?…") : request.target,
      headers: without(request.headers, own),
      body: request.body && bodied(request.body),
    },
    response: response && { ...response, headers: without(response.headers, own), body: bodied(response.body) },
  };
}
