import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isName } from "../grammar.js";
import type { Action } from "../http/call.js";

/** What a token allows with one repository. */
export interface Grant {
  readonly name: string;
  readonly actions: readonly Action[];
}

const ACTIONS: readonly string[] = ["pull", "push", "delete"];
const isAction = (text: string): text is Action => ACTIONS.includes(text);

/** Reads scopes such as `repository:library/alpine:pull,push`; what is not one grants nothing. */
export function parseScopes(scopes: readonly string[]): Grant[] {
  return scopes
    .flatMap((each) => each.split(/[ +]/))
    .flatMap((scope) => {
      const match = /^repository:([^:]+):([a-z,*]+)$/.exec(scope);
      const [, name, wanted] = match ?? [];
      if (name === undefined || wanted === undefined || !isName(name)) return [];
      return [{ name, actions: wanted.includes("*") ? ACTIONS.filter(isAction) : wanted.split(",").filter(isAction) }];
    });
}

/** Tokens that carry what they allow, signed by a key that dies with the process. */
export class Tokens {
  readonly seconds: number;
  readonly #key = randomBytes(32);

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  issue(grants: readonly Grant[]): string {
    const payload = Buffer.from(JSON.stringify({ grants, expires: Date.now() + this.seconds * 1000 })).toString("base64url");
    return `${payload}.${this.#sign(payload).toString("base64url")}`;
  }

  /** What a token allows; undefined for one that is not ours, or has expired. */
  read(token: string | undefined): readonly Grant[] | undefined {
    const [payload = "", signature = ""] = (token ?? "").split(".");
    const given = Buffer.from(signature, "base64url");
    const right = this.#sign(payload);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    // Signed by us, so it has the form that we gave it.
    const { grants, expires } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { grants: Grant[]; expires: number };
    return expires > Date.now() ? grants : undefined;
  }

  #sign(payload: string): Buffer {
    return createHmac("sha256", this.#key).update(payload).digest();
  }
}
