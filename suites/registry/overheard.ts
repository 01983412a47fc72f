/** What can be said of a registry by whoever only listens to it and to its clients. */
import { Model } from "./model.js";
import { coded, unconditional } from "./response.js";
import { type CaseView, type Check, type View, viewOf } from "./suite.js";

/** What an answer has to be for a check to judge it here. */
type Fit = (view: View) => boolean;

const always: Fit = () => true;

/** The body is known, if there is one: neither too long nor coded. */
const legible: Fit = ({ response: { body } }) => body.size === 0 || body.text !== undefined;
const whole: Fit = (view) => !coded(view);
const byDigest: Fit = ({ route }) => route.kind === "blob" || (route.kind === "manifest" && route.by === "digest");
/** A failure of the registry's own: those of what stands before it say nothing of it. */
const failing: Fit = ({ status }) => ![502, 503, 504].includes(status);
/** Success, or the answer that says that it is not there: a redirect leads to where nobody listens. */
const givenOrNot: Fit = ({ status, concurrent }) => !concurrent && (status === 200 || status === 404);
const succeeded: Fit = ({ status }) => status >= 200 && status < 300;
const alone: Fit = ({ concurrent }) => !concurrent;
const and =
  (...fits: readonly Fit[]): Fit =>
  (view) =>
    fits.every((fit) => fit(view));

/** Asked for at its place as the spec writes it. */
const atBase: Fit = ({ status, exchange }) => /\/v2\/$/.test(exchange.request.url) && (status < 300 || status === 404);
/** A list from its beginning: what else a query says may be what the registry itself wrote, and mean. */
const fromStart: Fit = (view) => legible(view) && [...view.query.keys()].every((key) => key === "n");

/**
 * The checks whose words stay true when nobody knows what else is done to the registry, by whom, and with what rights. Others need to know what is not
 * there (404 for what was never pushed), which tags and referrers there are, what the registry chose, or why somebody was refused.
 */
const FITTING: Readonly<Record<string, Fit>> = {
  "registry.general.base-ok": atBase,
  // Forms of answers.
  "registry.errors.body-json-form": legible,
  "registry.errors.code-form": legible,
  "registry.errors.code-known": legible,
  "registry.errors.message-string": legible,
  "registry.errors.retry-after": always,
  "registry.http.content-length-exact": always,
  "registry.http.content-coding-accepted": always,
  "registry.http.no-content-has-no-length": always,
  "registry.http.date": always,
  "registry.http.allow": always,
  "registry.http.unauthorized-challenge": always,
  "registry.http.retry-after-form": always,
  "registry.warnings.code": always,
  "registry.warnings.agent": always,
  "registry.warnings.no-date": always,
  "registry.warnings.size": always,
  "robustness.registry.server-error": failing,
  "robustness.registry.server-error-at-once": failing,
  "robustness.registry.error-body-large": always,
  // Content, by what it is asked for and what comes.
  "robustness.registry.content-mixed": whole,
  "registry.manifest.get-content": and(whole, byDigest),
  "registry.blob.get-content": and(whole, byDigest),
  "registry.manifest.content-type": always,
  "registry.manifest.content-type-without-parameters": always,
  "registry.manifest.get-digest-header": always,
  "registry.manifest.get-digest-header-recommended": always,
  "registry.manifest.get-digest-header-matches": whole,
  "registry.manifest.head-digest-header": always,
  "registry.manifest.head-digest-header-recommended": always,
  "registry.manifest.head-content-length": always,
  "registry.manifest.head-content-length-recommended": always,
  "registry.blob.get-digest-header": always,
  "registry.blob.get-digest-header-recommended": always,
  "registry.blob.get-digest-header-matches": whole,
  "registry.blob.head-digest-header": always,
  "registry.blob.head-digest-header-recommended": always,
  "registry.blob.head-content-length": always,
  "registry.blob.head-content-length-recommended": always,
  "registry.http.range-content-range": whole,
  "registry.http.range-content": whole,
  // What was pushed by way of here, and was not deleted by way of here, is there.
  "registry.manifest.get-ok": givenOrNot,
  "registry.manifest.head-ok": givenOrNot,
  "registry.blob.get-ok": givenOrNot,
  "registry.blob.head-ok": givenOrNot,
  "registry.push.manifest-exact-bytes": and(whole, byDigest, alone),
  "registry.manifest.content-type-as-pushed": and(byDigest, alone),
  // Uploads that began here.
  "registry.upload.start-accepted": always,
  "registry.upload.start-location": always,
  "registry.upload.session-uuid": always,
  "registry.upload.put-created": succeeded,
  "registry.upload.put-location": always,
  "registry.upload.chunk-accepted": succeeded,
  "registry.upload.chunk-location": always,
  "registry.upload.chunk-range-header": always,
  "registry.upload.chunk-range-end": always,
  "registry.upload.chunk-range-end-as-requested": always,
  "registry.upload.chunk-out-of-order": succeeded,
  "registry.upload.final-chunk-out-of-order": succeeded,
  "registry.upload.close-created": succeeded,
  "registry.upload.close-location": always,
  "registry.upload.status-no-content": succeeded,
  "registry.upload.status-location": always,
  "registry.upload.status-range": always,
  "registry.upload.status-range-end": always,
  "registry.upload.single-post-location": always,
  "registry.push.digest-malformed": succeeded,
  "registry.push.digest-mismatch": succeeded,
  "registry.mount.created": succeeded,
  "registry.mount.location": always,
  "registry.mount.digest-header-matches": always,
  "registry.mount.fallback-session": succeeded,
  "registry.push.manifest-created": and(succeeded, alone),
  "registry.push.manifest-location": always,
  "registry.push.manifest-digest-header": always,
  // Lists, each by itself.
  "registry.tags.body-json": legible,
  "registry.tags.body-name": legible,
  "registry.tags.body-tags": legible,
  "registry.tags.lexical-order": fromStart,
  "registry.tags.lexical-order-without-case": fromStart,
  "registry.tags.n-order": fromStart,
  "registry.tags.n-at-most": fromStart,
  "registry.tags.n-zero-no-link": fromStart,
  "registry.tags.link-form": always,
  "registry.referrers.body-index": legible,
  "registry.referrers.content-type": always,
  "registry.referrers.link-form": always,
  "robustness.registry.listed-twice": legible,
};

/** The requirements of registries by which somebody who only listens can judge. */
export const OVERHEARD: readonly string[] = Object.keys(FITTING);

/** Of these the reason is a push by way of here. */
const NEED_A_PUSH: readonly string[] = [
  "registry.manifest.get-ok",
  "registry.manifest.head-ok",
  "registry.blob.get-ok",
  "registry.blob.head-ok",
  "registry.push.manifest-exact-bytes",
  "registry.manifest.content-type-as-pushed",
];

/** An answer that shows something which is there: all of it, or a part of a blob. */
const gives = (view: View): boolean =>
  view.status === 206
    ? view.route.kind === "blob"
    : view.status === 200 && unconditional(view) && (view.method === "GET" || (view.method === "HEAD" && byDigest(view)));

function pushedBefore({ route, model }: View): boolean {
  if (route.kind === "blob") return model.blob(route.name, route.digest) === "present";
  return route.kind === "manifest" && model.manifest(route.name, route.reference).presence === "present";
}

/**
 * Gives each exchange to whoever judges it, with what the registry held before it: exchanges that had to do with the same at the same time leave it unknown
 * what came of them.
 */
export function eachOverheard(whole: CaseView, take: (view: View, fits: (check: Check) => boolean) => void): void {
  const model = new Model(whole.observation);
  for (const exchange of whole.observation.exchanges) {
    const view = viewOf(whole, exchange, model);
    // What is beside the endpoints is no registry's: a server of tokens, a front page.
    if (view && view.route.kind !== "other") {
      const pushed = pushedBefore(view);
      const judge = (): void => take(view, ({ id }) => FITTING[id]?.(view) === true && (pushed || !NEED_A_PUSH.includes(id)));
      if (gives(view)) model.whileGiven(exchange, judge);
      else judge();
    }
    if (exchange.phase === "clients") model.blur([exchange]);
    else model.apply(exchange);
  }
}
