import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { objectIn } from "../content/descriptor.js";
import { Failure } from "../failure.js";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Who one is, by host and port: `registry.example:5000`. */
export type CredentialsOf = (host: string) => Credentials | undefined;

export const NOBODY: CredentialsOf = () => undefined;

/**
 * The credentials in the `config.json` of a directory, as docker keeps them there; programs that it names to ask for more are not asked.
 * @throws Failure where there is no such file, or no JSON in it.
 */
export async function readCredentials(directory: string): Promise<CredentialsOf> {
  const path = join(directory, "config.json");
  try {
    const { auths } = objectIn(await readFile(path));
    const all = new Map<string, Credentials>();
    for (const [host, entry] of Object.entries((auths ?? {}) as object)) {
      const credentials = credentialsIn(entry);
      if (credentials) all.set(host.replace(/^https?:\/\//, "").replace(/\/.*$/, ""), credentials);
    }
    return (host) => all.get(host);
  } catch (thrown) {
    throw new Failure(`${path}: ${(thrown as Error).message}`);
  }
}

function credentialsIn(entry: unknown): Credentials | undefined {
  const { auth, username, password } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof username === "string" && typeof password === "string") return { user: username, password };
  if (typeof auth !== "string") return undefined;
  const text = Buffer.from(auth, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

export const basic = ({ user, password }: Credentials): string => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
