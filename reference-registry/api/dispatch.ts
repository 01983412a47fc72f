import { isDigest, isName, isWellFormedDigest, type Name } from "../grammar.js";
import type { Call, Handler } from "../http/call.js";
import { first } from "../http/query.js";
import { json, type Reply, refusal } from "../http/reply.js";
import type { Route } from "../http/route.js";
import type { Registry } from "../registry.js";
import { deleteBlob, getBlob } from "./blobs.js";
import { deleteManifest, getManifest, putManifest } from "./manifests.js";
import { listReferrers } from "./referrers.js";
import { digestInvalid, uploadUnknown } from "./refusals.js";
import { listTags } from "./tags.js";
import { appendChunk, cancelUpload, finishUpload, startUpload, uploadStatus } from "./uploads.js";

/** The methods of each endpoint (spec.md#endpoints). */
const METHODS: Readonly<Record<Route["kind"], readonly string[]>> = {
  version: ["GET", "HEAD"],
  blob: ["GET", "HEAD", "DELETE"],
  uploads: ["POST"],
  upload: ["GET", "HEAD", "PATCH", "PUT", "DELETE"],
  manifest: ["GET", "HEAD", "PUT", "DELETE"],
  tags: ["GET", "HEAD"],
  referrers: ["GET", "HEAD"],
  token: [],
  none: [],
};

/** Finds the handler of each request, after what can be said of its path and method alone. */
export const dispatcher =
  (registry: Registry): Handler =>
  (call) => {
    const { route, method } = call;
    const methods = METHODS[route.kind];
    if (methods.length === 0) return refusal(404, "NAME_UNKNOWN", "there is no such endpoint");
    if (!methods.includes(method)) return refusal(405, "UNSUPPORTED", `here is no ${method}`, { methods }, { Allow: methods.join(", ") });
    if (!("name" in route)) return json(200, {}, { "Docker-Distribution-API-Version": "registry/2.0" });
    const { name } = route;
    if (!isName(name)) return refusal(400, "NAME_INVALID", "the name of the repository is malformed", { name });
    return dispatch(registry, call, route, name);
  };

function dispatch(registry: Registry, call: Call, route: Extract<Route, { name: string }>, name: Name): Promise<Reply> | Reply {
  switch (route.kind) {
    case "blob":
      if (!isWellFormedDigest(route.digest)) return digestInvalid(route.digest);
      return call.method === "DELETE" ? deleteBlob(registry, name, route.digest) : getBlob(registry, call, name, route.digest);
    case "manifest":
      return manifest(registry, call, name, route.reference);
    case "uploads":
      return startUpload(registry, call, name);
    case "upload":
      return upload(registry, call, name, route.id);
    case "tags":
      return listTags(registry, call, name);
    case "referrers":
      return listReferrers(registry, call, name, route.digest);
  }
}

function manifest(registry: Registry, call: Call, name: Name, reference: string): Promise<Reply> | Reply {
  const push = call.method === "PUT";
  // What has a colon can only be meant as a digest; content by an algorithm that we do not have is just not here.
  if (reference.includes(":") && !(push ? isDigest(reference) : isWellFormedDigest(reference))) return digestInvalid(reference);
  if (push) return putManifest(registry, call, name, reference);
  return call.method === "DELETE" ? deleteManifest(registry, name, reference) : getManifest(registry, call, name, reference);
}

function upload(registry: Registry, call: Call, name: Name, id: string): Promise<Reply> | Reply {
  const session = registry.uploads.find(id, name);
  if (!session) return uploadUnknown(id);
  if (call.method === "PATCH") return appendChunk(registry, call, session);
  if (call.method === "PUT") return finishUpload(registry, call, session, first(call.query, "digest"));
  return call.method === "DELETE" ? cancelUpload(registry, session) : uploadStatus(session);
}
