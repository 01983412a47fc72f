import { type Call, declaredLength } from "../http/call.js";
import { type Headers, type Reply, refusal } from "../http/reply.js";
import type { Session } from "../store/session.js";

export const sessionPath = ({ name, id }: Session): string => `/v2/${name}/blobs/uploads/${id}`;

/** Where an upload stands. Without bytes there is no last one; clients expect `0-0` then. */
export const progress = (session: Session): Headers => ({
  Location: sessionPath(session),
  Range: `0-${Math.max(session.offset - 1, 0)}`,
  "Docker-Upload-UUID": session.id,
});

/** Says why a chunk cannot be taken, with what the client needs to go on (spec.md#pushing-a-blob-in-chunks). */
export const outOfOrder = (session: Session, message: string): Reply =>
  refusal(416, "BLOB_UPLOAD_INVALID", message, { offset: session.offset }, progress(session));

export const busy = (session: Session): Reply => outOfOrder(session, "another request is writing to this upload");

/** How many bytes a chunk must have: any number for a stream without Content-Range. Or why it cannot be taken. */
export function chunkOf(call: Call, session: Session): { readonly length: number | undefined } | Reply {
  const header = call.headers["content-range"];
  if (header === undefined) return { length: undefined };
  const match = /^(\d+)-(\d+)$/.exec(header);
  const start = Number(match?.[1]);
  const length = Number(match?.[2]) - start + 1;
  const declared = declaredLength(call);
  if (!match || !(length > 0)) return refusal(400, "BLOB_UPLOAD_INVALID", "Content-Range is not FIRST-LAST", { range: header });
  if (start !== session.offset) return outOfOrder(session, `the next byte is ${session.offset}, not ${start}`);
  if (declared !== undefined && declared !== length) return wrongLength(length);
  return { length };
}

export const wrongLength = (length: number): Reply =>
  refusal(400, "SIZE_INVALID", `the body does not have the ${length} bytes of its Content-Range`);
