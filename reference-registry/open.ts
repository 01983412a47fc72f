import type { Fault } from "./faults/fault.js";
import type { Limits, Registry } from "./registry.js";
import { openStore } from "./store/load.js";
import { Uploads } from "./store/uploads.js";

/** What is set where nobody asks for anything else. */
export const LIMITS: Limits = {
  chunkMinLength: 0,
  manifestLimit: 4 * 1024 * 1024,
  tagOrder: "bytes",
  pageLimit: Number.POSITIVE_INFINITY,
  sparse: false,
};

/** A registry from a directory, with whatever an earlier process has left there. It belongs to one process at a time. */
export async function openRegistry(dir: string, durable: boolean, limits: Limits, fault?: Fault): Promise<Registry> {
  const store = await openStore(dir, durable, fault?.forgets);
  const uploads = new Uploads(store.files);
  await uploads.load();
  return { store, uploads, hooks: new Set(fault?.hook ? [fault.hook] : []), limits };
}
