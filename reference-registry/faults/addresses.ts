import type { Call } from "../http/call.js";
import { type Reply, refusal } from "../http/reply.js";
import { at, bytesOf, either, type Fault, needing, wrapped } from "./fault.js";

const READ = either(at("manifest", "GET"), at("blob", "GET"), at("tags", "GET"));
const key = ({ method, target }: Call): string => `${method} ${target}`;

/** What another address than the first one answers to a read, it keeps, whatever happens to the registry. */
const keeping: Fault = wrapped("other-address-keeps-answers", "robustness.registry.other-address", (handler) => {
  const kept = new Map<string, Reply>();
  return async (call) => {
    if (call.address === 0 || !READ(call)) return handler(call);
    const known = kept.get(key(call));
    if (known) return known;
    const reply = await handler(call);
    kept.set(key(call), { ...reply, body: await bytesOf(reply) });
    return reply;
  };
});

/** Each address knows the uploads that began there alone. */
const alone: Fault = wrapped("other-address-knows-no-upload", "robustness.registry.other-address-session", (handler) => {
  const begun = new Map<string, number>();
  return async (call) => {
    const id = call.route.kind === "upload" ? call.route.id : undefined;
    if (id !== undefined && begun.get(id) !== call.address) return refusal(404, "BLOB_UPLOAD_UNKNOWN", "no such upload began here");
    const reply = await handler(call);
    const place = /\/([^/?]+)(?:\?.*)?$/.exec(String(reply.headers.Location ?? ""))?.[1];
    if (call.route.kind === "uploads" && reply.status === 202 && place !== undefined) begun.set(place, call.address);
    return reply;
  };
});

/** What several addresses of one registry do not know of each other. */
export const ADDRESS_FAULTS: readonly Fault[] = [needing("addresses", keeping), needing("addresses", alone)];
