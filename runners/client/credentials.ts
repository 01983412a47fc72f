import { randomBytes } from "node:crypto";
import { HOSTS, type Host } from "../../reference-registry/behaviours/behaviour.js";
import type { Play } from "../../reference-registry/stage/play.js";
import type { Addresses } from "./fill.js";

export type Credentials = Play["credentials"];

/** A user and a password for each host, good for nothing else and never used again. */
export const inventCredentials = (): Credentials =>
  Object.fromEntries(HOSTS.map((host) => [host, { user: `${host}-user`, password: `${host}-${randomBytes(12).toString("hex")}` }]));

/** Those of some hosts. */
export const credentialsOf = (all: Credentials, hosts: readonly Host[] = []): Credentials =>
  Object.fromEntries(HOSTS.filter((host) => hosts.includes(host)).map((host) => [host, all[host]]));

/** Docker's config.json, which most clients read. */
export const dockerConfig = (credentials: Credentials, addresses: Addresses): string =>
  JSON.stringify({
    auths: Object.fromEntries(
      HOSTS.flatMap((host) => {
        const known = credentials[host];
        return known ? [[addresses[host], { auth: Buffer.from(`${known.user}:${known.password}`).toString("base64") }]] : [];
      }),
    ),
  });
