import type { Content } from "../content/content.js";
import type { Descriptor } from "../content/descriptor.js";
import { algorithmOf } from "../content/digest.js";
import { discard } from "../http/body.js";
import type { Call } from "../http/message.js";
import { withParameter } from "../http/place.js";
import { refusal } from "../http/refusal.js";
import { blobAt, type Repository, uploadsAt } from "../repository.js";
import { pushChunks } from "./chunks.js";
import { close, created } from "./close.js";
import { begin, Session } from "./session.js";

/** How blobs go up: by a POST and a PUT, in chunks of so many bytes, or by a single POST. */
export type Way = { readonly kind: "put" } | { readonly kind: "single" } | { readonly kind: "chunks"; readonly size: number };

/** Where a blob comes from. */
export interface Source {
  /** A repository of the same registry that has it. */
  readonly mountFrom?: string;
  /** Gets its bytes, which are verified; not called where they are not needed. */
  content(): Promise<Content>;
}

/**
 * Pushes a blob that is not there yet.
 * @throws Failure
 */
export async function pushBlob(repository: Repository, blob: Descriptor, source: Source, way: Way): Promise<void> {
  if (await isThere(repository, blob)) return;
  const mounted = source.mountFrom === undefined ? undefined : await mount(repository, blob, source.mountFrom);
  if (mounted === "mounted") return;
  if (mounted !== undefined) return upload(repository, mounted, blob, source, way);
  if (way.kind === "single") {
    const begun = await single(repository, blob, await source.content());
    return begun === "created" ? undefined : upload(repository, begun, blob, source, { kind: "put" });
  }
  return upload(repository, await begin(repository, uploadsAt(repository, ...algorithmParameter(blob))), blob, source, way);
}

/** (spec.md#checking-if-content-exists-in-the-registry) */
async function isThere(repository: Repository, blob: Descriptor): Promise<boolean> {
  const answer = await repository.client.send({ method: "HEAD", place: blobAt(repository, blob) });
  await discard(answer);
  const length = answer.headers["content-length"];
  return answer.status === 200 && (length === undefined || Number(length) === blob.size);
}

/** What the registry has to know of an upload that will be closed with a digest other than sha256 (spec.md#pushing-a-blob-in-chunks). */
const algorithmParameter = ({ digest }: Descriptor): readonly string[] =>
  algorithmOf(digest) === "sha256" ? [] : [`digest-algorithm=${algorithmOf(digest)}`];

/** Tries to mount (spec.md#mounting-a-blob-from-another-repository): a registry that does not begins an upload, or refuses. */
async function mount(repository: Repository, blob: Descriptor, from: string): Promise<"mounted" | Session | undefined> {
  const place = uploadsAt(repository, `mount=${blob.digest}`, `from=${from}`, ...algorithmParameter(blob));
  const call: Call = { method: "POST", place, headers: { "content-length": "0" }, once: true };
  const answer = await repository.client.send(call);
  if (answer.status >= 500 || answer.status === 429) throw await refusal("mounting a blob", call, answer);
  await discard(answer);
  if (answer.status === 202) return new Session(repository, answer);
  const told = answer.headers["docker-content-digest"];
  // Something else was mounted where the digest is another one, or may have been.
  return answer.status === 201 && (told === undefined || told === blob.digest) ? "mounted" : undefined;
}

/** (spec.md#single-post) A registry that does not take it begins an upload. */
async function single(repository: Repository, blob: Descriptor, content: Content): Promise<"created" | Session> {
  const call: Call = {
    method: "POST",
    place: uploadsAt(repository, `digest=${blob.digest}`, ...algorithmParameter(blob)),
    headers: { "content-type": "application/octet-stream" },
    body: content,
    once: true,
  };
  const answer = await repository.client.send(call);
  if (answer.status === 202) {
    await discard(answer);
    return new Session(repository, answer);
  }
  if (answer.status !== 201) throw await refusal("pushing a blob", call, answer);
  await created(blob, content, answer);
  return "created";
}

/** Goes on with an upload, and gives it up when that fails. */
async function upload(repository: Repository, session: Session, blob: Descriptor, source: Source, way: Way): Promise<void> {
  try {
    const content = await source.content();
    if (way.kind === "chunks") return await pushChunks(repository, session, blob, content, way.size);
    return await close(repository, withParameter(session.place, `digest=${blob.digest}`), blob, content, content);
  } catch (thrown) {
    await session.cancel();
    throw thrown;
  }
}
