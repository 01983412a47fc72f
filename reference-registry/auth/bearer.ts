import type { Action, Call, Handler } from "../http/call.js";
import { json, type Reply, refusal } from "../http/reply.js";
import { type AuthOptions, knows, needed } from "./credentials.js";
import { type Grant, parseScopes, Tokens } from "./tokens.js";

const SERVICE = "oci-conform";

/**
 * Tokens for single repositories, from the registry's own `/token`, as clients have come to expect them: a challenge names
 * realm, service and scope, and the answer to it is a token that is good for a short while.
 */
export function bearerGuard(options: AuthOptions, handler: Handler): Handler {
  const tokens = new Tokens(options.tokenSeconds ?? 300);
  return (call) => {
    if (call.route.kind === "token") return issue(options, tokens, call);
    const need = needed(call);
    const grants = tokens.read(bearerOf(call));
    if (grants === undefined) return challenge(call, need, call.headers.authorization === undefined ? undefined : "invalid_token");
    const allows = (name: string, action: Action): boolean => grants.some((grant) => grant.name === name && grant.actions.includes(action));
    if (need && !need.actions.every((action) => allows(need.name, action))) return challenge(call, need, "insufficient_scope");
    return handler({ ...call, allows });
  };
}

const bearerOf = ({ headers }: Call): string | undefined => /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization ?? "")?.[1];

/** Answers with a token (`GET /token?service=…&scope=repository:NAME:pull,push`). */
function issue(options: AuthOptions, tokens: Tokens, call: Call): Reply {
  if (call.method !== "GET") return refusal(405, "UNSUPPORTED", "tokens are had by GET", undefined, { Allow: "GET" });
  if (!knows(options, call.headers.authorization))
    return refusal(401, "UNAUTHORIZED", "a user and password are needed", undefined, {
      "WWW-Authenticate": `Basic realm="${SERVICE}", charset="UTF-8"`,
    });
  const token = tokens.issue(parseScopes(call.query.get("scope") ?? []));
  const body = { token, access_token: token, expires_in: tokens.seconds, issued_at: new Date().toISOString() };
  return json(200, body, { "Cache-Control": "no-store" });
}

function challenge(call: Call, need: Grant | undefined, error: string | undefined): Reply {
  const parts = [`realm="${realm(call)}"`, `service="${SERVICE}"`];
  if (need) parts.push(`scope="repository:${need.name}:${need.actions.join(",")}"`);
  if (error !== undefined) parts.push(`error="${error}"`);
  return refusal(401, "UNAUTHORIZED", "a token for this repository is needed", need, { "WWW-Authenticate": `Bearer ${parts.join(",")}` });
}

/** The token's URL as the client can reach it: under the name by which it reached us. */
function realm({ headers, secure }: Call): string {
  const host = /^[\w.:[\]-]+$/.test(headers.host ?? "") ? headers.host : "127.0.0.1";
  return `${secure ? "https" : "http"}://${host}/token`;
}
