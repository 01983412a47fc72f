import { INDEX } from "../../spec/image/media-types.js";
import type { Descriptor } from "../content/descriptor.js";
import type { Answer, Wrap } from "../http/message.js";
import {
  around,
  at,
  atImage,
  atList,
  bytesIn,
  editing,
  type Fault,
  hearing,
  hooked,
  madeUp,
  omitting,
  type Where,
  wrapped,
} from "./fault.js";

const LIST = atList("GET");
const PUT_LIST = atList("PUT");
const REFERRERS = at("referrers", "GET");

/** Only in runs that have done something of that method to a manifest before. */
const after =
  (method: string, wrap: Wrap): Wrap =>
  (send) => {
    const changed = wrap(send);
    let done = false;
    return (call) => {
      const answer = (done ? changed : send)(call);
      done ||= atImage(method)(call);
      return answer;
    };
  };

const missing = omitting(LIST, ({ place }) => madeUp(place, 404));
const notPushed = omitting(PUT_LIST, ({ place }) => madeUp(place, 201));

const noReferrers = (answer: Answer): Answer =>
  answer.status === 404
    ? madeUp(answer.place, 200, { "content-type": INDEX }, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] }))
    : answer;

/** What is pushed is taken to be listed by the registry, whatever that says. */
const believing: Wrap = (send) => async (call) => {
  const answer = await send(call);
  if (!atImage("PUT")(call) || !call.body) return answer;
  const { subject } = JSON.parse((await bytesIn(call.body.open())).toString()) as { subject?: Descriptor };
  return subject ? { ...answer, headers: { ...answer.headers, "oci-subject": subject.digest } } : answer;
};

/** The last entry of the list that is pushed is another one, or is not there. */
const lastEntry = (change: (entry: Descriptor) => readonly object[]): Wrap =>
  editing(PUT_LIST, (list) => {
    const entries = list.manifests as readonly Descriptor[];
    return { ...list, manifests: [...entries.slice(0, -1), ...entries.slice(-1).flatMap(change)] };
  });

const isMissing = ({ status }: Answer): boolean => status === 404;
const broken = (where: Where): Wrap =>
  hearing(where, (answer) => (isMissing(answer) ? madeUp(answer.place, 500, {}, "there is no list of referrers") : answer));

export const REFERRERS_FAULTS: readonly Fault[] = [
  wrapped("list-not-pulled", "registry.client.referrers-tag-pulled", after("PUT", missing)),
  wrapped(
    "no-list-overwritten",
    "registry.client.referrers-tag-not-index",
    after(
      "PUT",
      hearing(LIST, async (answer) => {
        const text = await bytesIn(answer.body);
        const isIndex = answer.headers["content-type"] === INDEX && /"manifests"\s*:\s*\[/.test(text.toString());
        return isIndex ? madeUp(answer.place, answer.status, answer.headers, text.toString()) : madeUp(answer.place, 404);
      }),
    ),
  ),
  // It says that all went well, though there is no list in the end.
  { ...hooked("list-wanted", "registry.client.referrers-tag-missing", "failure-forgiven"), wrap: after("PUT", broken(LIST)) },
  hooked("referrer-not-looked-for", "registry.client.referrers-tag-looked-through", "referrer-not-looked-for"),
  hooked("referrer-first-compared", "registry.client.referrers-tag-no-duplicates", "referrer-first-compared"),
  wrapped(
    "referrer-not-appended",
    "registry.client.referrers-tag-appended",
    after(
      "PUT",
      lastEntry(() => []),
    ),
  ),
  hooked("referrer-type-of-config", "registry.client.referrers-tag-artifact-type", "referrer-type-of-config"),
  hooked("referrer-type-own-only", "registry.client.referrers-tag-config-type", "referrer-type-own-only"),
  wrapped(
    "referrer-without-annotations",
    "registry.client.referrers-tag-annotations",
    lastEntry(({ annotations: _, ...entry }) => [entry]),
  ),
  wrapped("list-not-pushed", "registry.client.referrers-tag-pushed", after("PUT", notPushed)),
  wrapped(
    "referrer-of-other-size",
    "registry.client.referrers-tag-same-content",
    lastEntry((entry) => [{ ...entry, size: entry.size + 1 }]),
  ),
  wrapped("subject-not-looked-at", "registry.client.subject-verified", believing),
  wrapped("no-fallbacks", "registry.client.fallbacks-implemented", around(believing, hearing(REFERRERS, noReferrers))),
  wrapped("no-fallback-for-lists", "registry.client.referrers-fallback", hearing(REFERRERS, noReferrers)),
  wrapped("referrers-wanted", "registry.client.referrers-none-assumed", broken(LIST)),
  hooked("tag-with-dot", "registry.client.referrers-tag", "tag-with-dot"),
  hooked("tag-of-whole-algorithm", "registry.client.referrers-tag-algorithm", "tag-of-whole-algorithm"),
  hooked("tag-of-whole-encoded", "registry.client.referrers-tag-encoded", "tag-of-whole-encoded"),
  hooked("tag-cut-shorter", "registry.client.referrers-tag-simple", "tag-cut-shorter"),
  wrapped("deleted-list-not-pulled", "registry.client.delete-referrers-tag-pulled", after("DELETE", missing)),
  hooked("deleted-referrer-stays", "registry.client.delete-referrers-tag-entry", "deleted-referrer-stays"),
  wrapped("deleted-list-not-pushed", "registry.client.delete-referrers-tag-pushed", after("DELETE", notPushed)),
];
