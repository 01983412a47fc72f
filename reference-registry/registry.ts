import type { Hooks } from "./faults/hooks.js";
import type { TagOrder } from "./store/repository.js";
import type { Store } from "./store/store.js";
import type { Uploads } from "./store/uploads.js";

/** What can be set for all requests. */
export interface Limits {
  /** Sent as OCI-Chunk-Min-Length; 0 sends none. */
  readonly chunkMinLength: number;
  /** The most bytes of a manifest. */
  readonly manifestLimit: number;
  /** The most entries of a page of tags or referrers. */
  readonly pageLimit: number;
  readonly tagOrder: TagOrder;
  /** Manifests are taken whose blobs are missing. */
  readonly sparse: boolean;
}

/** What every handler works with. */
export interface Registry {
  readonly store: Store;
  readonly uploads: Uploads;
  readonly limits: Limits;
  readonly hooks: Hooks;
}
