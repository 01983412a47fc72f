/** The bundled registry, started as any other one would be. */
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { RegistryReach } from "./options.js";

/** Whether no registry is named: then it is the bundled one. */
export const isBundled = ({ url, server }: Pick<RegistryReach, "url" | "server">): boolean => url.length === 0 && server === undefined;

/** Ports of the loopback that nobody uses right now. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const addresses = servers.map((server) => server.address());
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return addresses.map((address) => (typeof address === "object" && address !== null ? address.port : 0));
}

/** Two addresses for the bundled registry. */
export const freeAddresses = async (): Promise<readonly string[]> => (await freePorts(2)).map((port) => `http://127.0.0.1:${port}`);

const served = [process.execPath, fileURLToPath(new URL("../../main.js", import.meta.url)), "serve-registry"];

/** The reference registry as a process of its own, so that it can be killed. */
export const bundledCommand = (directory: string, addresses: readonly string[], more: readonly string[]): string[] => [
  ...served,
  "--dir",
  directory,
  ...addresses.flatMap((url, at) => [at === 0 ? "--port" : "--also-port", new URL(url).port]),
  "--tag-order",
  "caseless",
  // It is thrown away; that it outlives a SIGKILL is all that the restarts need.
  "--no-fsync",
  ...more,
];

/** Collects the reference registry's garbage, while it does not run; a fault of it may be one of the collection. */
export const bundledCollection = (directory: string, more: readonly string[]): string[] => [
  ...served,
  "--dir",
  directory,
  "--collect",
  "--no-fsync",
  ...more.filter((argument) => argument.startsWith("--fault=")),
];
