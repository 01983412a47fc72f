import { createHash, timingSafeEqual } from "node:crypto";
import type { Action, Call } from "../http/call.js";

/** Who may come in. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Who may use the registry, and how it is asked for. */
export interface AuthOptions extends Login {
  /** `basic` asks for the password each time; `bearer` for a token of the registry's own `/token`. */
  readonly kind: "basic" | "bearer";
  /** How long a token is good for; five minutes by default. */
  readonly tokenSeconds?: number;
}

/** Whether an Authorization header has the right user and password. */
export function knows({ user, password }: Login, header: string | undefined): boolean {
  const match = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? "");
  return match?.[1] !== undefined && same(Buffer.from(match[1], "base64"), Buffer.from(`${user}:${password}`));
}

// Hashes have the same length, which timingSafeEqual asks for.
const same = (a: Buffer, b: Buffer): boolean =>
  timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());

/** What a request needs to be allowed: nothing in particular outside repositories. */
export function needed({ route, method }: Call): { readonly name: string; readonly actions: readonly Action[] } | undefined {
  if (!("name" in route)) return undefined;
  const { name } = route;
  if (route.kind === "upload" || route.kind === "uploads") return { name, actions: ["pull", "push"] };
  if (method === "DELETE") return { name, actions: ["delete"] };
  return { name, actions: method === "GET" || method === "HEAD" ? ["pull"] : ["pull", "push"] };
}
