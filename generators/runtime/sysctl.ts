import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../runners/runtime/host.js";
import { someEntries } from "./choose.js";

const number = (min: number, max: number): Arbitrary<string> => fc.integer({ min, max }).map(String);

/** Parameters that belong to a namespace, so that writing them changes nothing outside of the container. */
const OF_NETWORK = {
  "net.ipv4.ip_forward": number(0, 1),
  "net.core.somaxconn": number(128, 4096),
  "net.ipv4.ip_default_ttl": number(32, 255),
  "net.ipv4.ip_unprivileged_port_start": number(0, 1024),
};

const OF_IPC = {
  "kernel.msgmax": number(1024, 65536),
  "kernel.shmmni": number(16, 4096),
  "fs.mqueue.msg_max": number(1, 10),
};

/** Which namespaces a config makes anew. */
export interface OwnNamespaces {
  readonly network: boolean;
  readonly ipc: boolean;
}

/** `linux.sysctl`: only parameters of namespaces that are the container's own. */
export const sysctl = (
  _host: HostFacts,
  _release: string,
  own: OwnNamespaces = { network: true, ipc: true },
): Arbitrary<Record<string, string>> => someEntries({ ...(own.network ? OF_NETWORK : {}), ...(own.ipc ? OF_IPC : {}) });

/** The namespace whose parameter this is. */
export const sysctlNamespace = (key: string): keyof OwnNamespaces => (key.startsWith("net.") ? "network" : "ipc");
