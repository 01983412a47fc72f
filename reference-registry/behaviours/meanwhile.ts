import { digestOf, isName, isTag } from "../grammar.js";
import { ManifestInvalid, type ManifestRecord, parseManifest } from "../manifest/parse.js";
import type { Store } from "../store/store.js";
import type { Around, Doing } from "./around.js";
import type { DeedOf } from "./behaviour.js";

/** What is kept of a manifest, be it one that the registry would not take. */
export function recordOf(bytes: Buffer, mediaType: string): ManifestRecord {
  try {
    return parseManifest(bytes, mediaType).record;
  } catch (thrown) {
    if (!(thrown instanceof ManifestInvalid)) throw thrown;
    return { mediaType, size: bytes.length };
  }
}

/** Somebody else pushes a manifest by a tag before the request is handled. */
export const pushingMeanwhile =
  ({ repository, tag, mediaType, text }: DeedOf<"meanwhile">, { registryOf }: Around): Doing =>
  ({ of }) =>
  (handler) =>
  async (call) => {
    await push(registryOf(of)?.store, repository, tag, Buffer.from(text), mediaType);
    // A copy: it says that this had a hand in it.
    return { ...(await handler(call)) };
  };

/** @throws RangeError for a name or a tag that there cannot be */
async function push(store: Store | undefined, name: string, tag: string, bytes: Buffer, mediaType: string): Promise<void> {
  if (!store || !isName(name) || !isTag(tag)) throw new RangeError(`nobody can push ${name}:${tag} meanwhile`);
  await store.putManifest(name, { digest: digestOf("sha256", bytes), bytes, record: recordOf(bytes, mediaType), tags: [tag] });
}
