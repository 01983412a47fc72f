import type { Host } from "../../../reference-registry/behaviours/behaviour.js";
import { HOSTS } from "../../../reference-registry/behaviours/behaviour.js";
import type { ClientView, Viewed } from "../view.js";

/** What an Authorization has in it: a password, or a token, and the host that it is for. */
export interface Secret {
  readonly kind: "password" | "token";
  readonly of: Host;
}

/** The tokens of each view: many requests ask for them. */
const known = new WeakMap<ClientView, ReadonlyMap<string, Host>>();

/** The tokens that were given out, each with the host that asked for it. */
function tokensIn(view: ClientView): ReadonlyMap<string, Host> {
  const tokens = known.get(view) ?? tokensOf(view);
  known.set(view, tokens);
  return tokens;
}

function tokensOf({ exchanges }: ClientView): ReadonlyMap<string, Host> {
  const tokens = new Map<string, Host>();
  let asking: Host = "registry";
  for (const { host, status, got, response } of exchanges) {
    if (host !== "token" && status === 401 && got("www-authenticate")) asking = host;
    if (host !== "token" || status !== 200) continue;
    for (const [, token] of (response?.body.text ?? "").matchAll(/"(?:access_)?token":\s*"([^"]+)"/g))
      if (token !== undefined) tokens.set(token, asking);
  }
  return tokens;
}

/** The secret that a request carries; undefined where it carries none that the run made. */
export function secretIn(view: ClientView, { sent }: Pick<Viewed, "sent">): Secret | undefined {
  const [, scheme = "", value = ""] = /^(\S+) +(.+)$/.exec(sent("authorization") ?? "") ?? [];
  if (scheme.toLowerCase() === "basic") {
    const user = Buffer.from(value, "base64").toString().split(":")[0] ?? "";
    const of = HOSTS.find((host) => user === `${host}-user`);
    return of && { kind: "password", of };
  }
  const of = tokensIn(view).get(value);
  return of && { kind: "token", of };
}
