import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../runners/runtime/host.js";
import { someEntries } from "./choose.js";

const drawn = (ranges: Readonly<Record<string, readonly [number, number]>>): Record<string, Arbitrary<string>> =>
  Object.fromEntries(Object.entries(ranges).map(([key, [min, max]]) => [key, fc.integer({ min, max }).map(String)]));

/** Parameters that belong to a namespace, so that writing them changes nothing outside of the container. */
export const OF_NETWORK: Readonly<Record<string, readonly [min: number, max: number]>> = {
  "net.ipv4.ip_forward": [0, 1],
  "net.core.somaxconn": [128, 4096],
  "net.ipv4.ip_default_ttl": [32, 255],
  "net.ipv4.ip_unprivileged_port_start": [0, 1024],
};

/** Those of an ipc namespace. */
export const OF_IPC: Readonly<Record<string, readonly [min: number, max: number]>> = {
  "kernel.msgmax": [1024, 65536],
  "kernel.shmmni": [16, 4096],
  "fs.mqueue.msg_max": [1, 10],
};

/** Values at the bounds of what the kernel takes for each parameter, and one between. They have been there for as long as any kernel that has to be served. */
export const SYSCTLS: Readonly<Record<string, readonly [string, string, string]>> = {
  "net.ipv4.ip_forward": ["0", "1", "1"],
  "net.core.somaxconn": ["0", "4096", "65535"],
  "net.ipv4.ip_default_ttl": ["1", "64", "255"],
  "net.ipv4.ip_unprivileged_port_start": ["0", "80", "1024"],
  "net.ipv4.ip_local_port_range": ["1024 1025", "32768 60999", "1024 65535"],
  "net.ipv4.icmp_echo_ignore_all": ["0", "1", "1"],
  "net.ipv4.tcp_keepalive_time": ["1", "600", "32767"],
  "net.ipv4.conf.all.rp_filter": ["0", "1", "2"],
  "net.ipv4.conf.default.log_martians": ["0", "1", "1"],
  "net.unix.max_dgram_qlen": ["1", "512", "100000"],
  "kernel.msgmax": ["0", "8192", "65536"],
  "kernel.msgmnb": ["0", "16384", "65536"],
  "kernel.shmall": ["1", "65536", "268435456"],
  "kernel.shmmax": ["1", "1073741824", "17179869184"],
  "kernel.shmmni": ["0", "4096", "32768"],
  "kernel.shm_rmid_forced": ["0", "1", "1"],
  "kernel.sem": ["1 1 1 1", "250 32000 32 128", "32000 1024000000 500 32000"],
  "fs.mqueue.msg_max": ["1", "10", "16"],
  "fs.mqueue.msgsize_max": ["128", "8192", "16384"],
  "fs.mqueue.queues_max": ["0", "256", "1024"],
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
): Arbitrary<Record<string, string>> => someEntries(drawn({ ...(own.network ? OF_NETWORK : {}), ...(own.ipc ? OF_IPC : {}) }));
