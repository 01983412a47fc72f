import type { Call, Wrap } from "../http/message.js";
import { type Place, placeOf, resolve } from "../http/place.js";
import { at, type Fault, failing, going, hearing, lacking, madeUp, omitting, placed, sending, sent, wrapped } from "./fault.js";

const POST = at("uploads", "POST");
const PATCH = going("PATCH");
const asks =
  (parameter: string) =>
  (call: Call): boolean =>
    new RegExp(`[?&]${parameter}=`).test(call.place.target);
const isSingle = (call: Call): boolean => POST(call) && asks("digest")(call);
const isMount = (call: Call): boolean => POST(call) && asks("mount")(call);
const isStart = (call: Call): boolean => POST(call) && !isSingle(call) && !isMount(call);

const without = (target: string, parameter: string): string =>
  target.replace(new RegExp(`([?&])${parameter}=[^&]*(&|$)`), (_, first: string, last: string) => (last === "" ? "" : first));

/** The last character is another one. */
const otherDigest = (target: string): string =>
  target.replace(/([?&]digest=[^&]*)([0-9a-f])(?=&|$)/, (_, digest: string, last: string) => `${digest}${last === "0" ? "1" : "0"}`);

/** Another Content-Range, of the numbers of the first and the last byte. */
const ranged = (change: (first: number, last: number, call: Call) => string): Wrap =>
  sending(PATCH, (call) => {
    const [first = 0, last = 0] = (call.headers?.["content-range"] ?? "").split("-").map(Number);
    return sent(call, { "content-range": change(first, last, call) });
  });

/** Uploads go to a place that is put together of the id at the end of Location. */
const assembling: Wrap = (send) => {
  const places = new Map<string, Place>();
  let [base, current] = ["", ""];
  return async (call) => {
    if (POST(call)) base = `${call.place.origin}${call.place.target.replace(/\?.*/, "")}`;
    const digest = /[?&](digest=[^&]*)$/.exec(call.place.target)?.[1];
    const place = going("PUT", "PATCH")(call) ? places.get(current) : undefined;
    const target = `${place?.target ?? ""}${digest === undefined ? "" : `?${digest}`}`;
    const answer = await send(place ? { ...call, place: { ...place, target } } : call);
    const { location } = answer.headers;
    if (answer.status === 202 && location !== undefined) {
      current = location;
      const [path = ""] = resolve(location, answer.place).target.split("?");
      places.set(location, placeOf(`${base}${path.slice(path.lastIndexOf("/") + 1)}`));
    }
    return answer;
  };
};

/** What the client asked to be taken on, it asks about under the digest that it was told. */
const askingForMounted: Wrap = hearing(isMount, async (answer, call, send) => {
  const told = answer.headers["docker-content-digest"];
  if (answer.status !== 201 || told === undefined || call.place.target.includes(told)) return answer;
  const place = { ...call.place, target: call.place.target.replace(/uploads\/.*/, told) };
  for await (const _ of (await send({ method: "HEAD", place })).body);
  return lacking(answer, "docker-content-digest");
});

/** Tells of a cancellation that fails, and tries it again. */
const insisting: Wrap = (send) => async (call) => {
  let answer = await send(call);
  for (let count = 0; going("DELETE")(call) && answer.status >= 400 && count < 4; count++) answer = await send(call);
  if (going("DELETE")(call) && answer.status >= 400) failing(`the upload cannot be cancelled: ${answer.status}`);
  return answer;
};

export const UPLOAD_FAULTS: readonly Fault[] = [
  wrapped(
    "location-without-query",
    "registry.client.upload-location-as-obtained",
    sending(going("PUT", "PATCH"), (call) =>
      placed(call, (target) => target.replace(/\?.*?(digest=[^&]*)?$/, (_, digest?: string) => (digest === undefined ? "" : `?${digest}`))),
    ),
  ),
  wrapped("location-assembled", "registry.client.upload-location-not-assembled", assembling),
  wrapped(
    "single-post-too-short",
    "registry.client.single-post-content-length",
    sending(isSingle, (call) => (call.body && call.body.size > 0 ? { ...call, body: call.body.part(0, call.body.size - 1) } : call)),
  ),
  wrapped(
    "single-post-other-digest",
    "registry.client.single-post-digest",
    sending(isSingle, (call) => placed(call, otherDigest)),
  ),
  wrapped(
    "single-post-gives-up",
    "registry.client.single-post-fallback",
    hearing(isSingle, (answer) => (answer.status === 202 ? failing("the registry takes no blob by a single POST") : answer)),
  ),
  wrapped(
    "chunked-start-without-length",
    "registry.client.chunked-start-empty",
    sending(isStart, (call) => sent(lacking(call, "content-length"), { "transfer-encoding": "chunked" })),
  ),
  wrapped(
    "algorithm-left-out",
    "registry.client.digest-algorithm-parameter",
    sending(POST, (call) => placed(call, (target) => without(target, "digest-algorithm"))),
  ),
  wrapped(
    "chunk-range-exclusive",
    "registry.client.chunk-range-inclusive",
    ranged((first, last) => `${first}-${last + 1}`),
  ),
  wrapped(
    "chunks-from-one",
    "registry.client.first-chunk-at-zero",
    ranged((first, last) => `${first + 1}-${last + 1}`),
  ),
  wrapped(
    "chunk-range-with-unit",
    "registry.client.chunk-range-form",
    ranged((first, last) => `bytes ${first}-${last}/*`),
  ),
  wrapped(
    "chunks-too-short",
    "registry.client.chunk-min-length-kept",
    hearing(POST, (answer) => lacking(answer, "oci-chunk-min-length")),
  ),
  wrapped(
    "chunk-location-not-followed",
    "registry.client.chunk-location-followed",
    hearing(PATCH, (answer) => lacking(answer, "location")),
  ),
  wrapped(
    "chunk-skipped",
    "registry.client.chunks-in-order",
    ranged((first, last) => (first === 0 ? `${first}-${last}` : `${first + 1}-${last + 1}`)),
  ),
  {
    name: "session-left-open",
    requirement: "registry.client.session-closed-by-put",
    wrap: omitting(
      (call) => going("PUT")(call) && call.body === undefined,
      ({ place }) => madeUp(place, 201),
    ),
    // The registry will not take the manifest then.
    hooks: ["failure-forgiven"],
  },
  wrapped(
    "closed-without-digest",
    "registry.client.close-with-digest",
    sending(going("PUT"), (call) => placed(call, (target) => without(target, "digest"))),
  ),
  wrapped(
    "status-location-not-followed",
    "registry.client.status-location-followed",
    hearing(going("GET"), (answer) => (answer.status === 204 ? lacking(answer, "location") : answer)),
  ),
  wrapped(
    "not-cancelled",
    "registry.client.cancel-sent",
    omitting(going("DELETE"), ({ place }) => madeUp(place, 204)),
  ),
  {
    name: "cancel-failure-told",
    requirement: "registry.client.cancel-failure-ignored",
    wrap: insisting,
    hooks: ["cancel-failure-told"],
  },
  wrapped("mounted-digest-believed", "registry.client.mount-digest-header-verified", askingForMounted),
];
