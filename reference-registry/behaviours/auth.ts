import { knows, needed } from "../auth/credentials.js";
import type { Grant } from "../auth/tokens.js";
import type { Action, Call } from "../http/call.js";
import { first } from "../http/query.js";
import { type Reply, refusal } from "../http/reply.js";
import type { Around, Doing } from "./around.js";
import type { Challenge } from "./behaviour.js";

const bearerOf = ({ headers }: Call): string | undefined => /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization ?? "")?.[1];

/** What a request needs, as a scope of tokens: `repository:a:pull,push`; a mount also needs to read where the blob comes from. */
function scopeOf(call: Call): string {
  const need = needed(call);
  if (!need) return "";
  const from = call.route.kind === "uploads" && call.query.has("mount") ? first(call.query, "from") : undefined;
  return [`repository:${need.name}:${need.actions.join(",")}`, ...(from === undefined ? [] : [`repository:${from}:pull`])].join(" ");
}

/** Lets in who knows the password of the host, or has a token for it that allows what is done. */
export const challenging =
  (deed: Challenge, { urls, credentials, tokens }: Around): Doing =>
  ({ host }) =>
  (handler) =>
  (call) => {
    const refused = (): Reply =>
      refusal(401, "UNAUTHORIZED", "who is it?", undefined, {
        "WWW-Authenticate": deed.challenges.map((each) => filled(each, `${urls.token ?? ""}/token`, scopeOf(call))),
      });
    const login = credentials[host];
    if (deed.accepts === "basic") return login && knows(login, call.headers.authorization) ? handler(call) : refused();
    const grants = tokens.use(bearerOf(call), host);
    const need = needed(call);
    const allows = (name: string, action: Action): boolean => allowed(grants ?? [], name, action);
    return grants && (need?.actions ?? []).every((action) => allows(need?.name ?? "", action)) ? handler({ ...call, allows }) : refused();
  };

const allowed = (grants: readonly Grant[], name: string, action: Action): boolean =>
  grants.some((grant) => grant.name === name && grant.actions.includes(action));

const filled = (challenge: string, realm: string, scope: string): string =>
  (scope === "" ? challenge.replace(/,?\s*scope="\{scope\}"/, "") : challenge).replaceAll("{realm}", realm).replaceAll("{scope}", scope);
