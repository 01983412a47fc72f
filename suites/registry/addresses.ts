/** Statements of our own: several addresses are of one registry. */
import { leavingOut } from "../../generators/registry/leaving-out.js";
import {
  begin,
  blobPath,
  chunk,
  finish,
  get,
  image,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  remove,
  request,
} from "../../generators/registry/steps.js";
import { isRequest, type RequestStep, type Step, usesAddresses } from "../../runners/registry/case.js";
import { equal, expectThat, notApplicable } from "../check.js";
import { answers, isObject, jsonBody, missing, presenceAt } from "./response.js";
import { pulled } from "./robustness.js";
import { check, example, section, unavailable, type View } from "./suite.js";

const addressOf = ({ case: { steps }, exchange: { phase, step } }: View): number => {
  const taken = phase === "steps" ? steps[step] : undefined;
  return taken && isRequest(taken) ? (taken.address ?? 0) : 0;
};

/** The same requests by another address. */
const at = (address: number, steps: readonly RequestStep[]): readonly RequestStep[] => steps.map((step) => ({ ...step, address }));

const tagGet = (tag = "t"): RequestStep => get(manifestPath("a", tag), { accept: MEDIA.manifest });
const TAGS = request("GET", "/v2/{repo:a}/tags/list");

/** Asked at each address, twice: one that keeps answers gives a wrong one the second time. */
const everywhere = (steps: readonly RequestStep[], addresses: number): readonly RequestStep[] => {
  const once = Array.from({ length: addresses }, (_, address) => at(address, steps)).flat();
  return [...once, ...once];
};

const ONE = "the registry has one address (--url is given once)";
const last = (addresses: number): number => addresses - 1;

export default section("Several addresses", [
  check(
    "robustness.registry.other-address",
    (view) => {
      const { route, model, method, status } = view;
      if (!usesAddresses(view.case) || method !== "GET") return notApplicable("the registry is asked at one address");
      if (route.kind === "tags") {
        const known = model.tags(route.name);
        const body = status === 200 ? jsonBody(view) : undefined;
        if (!known || !isObject(body) || !Array.isArray(body.tags))
          return notApplicable("which tags there are is not known, or none are listed");
        return equal(body.tags.toSorted(), known.toSorted(), `at address ${addressOf(view) + 1}`);
      }
      const presence = presenceAt(view);
      if (presence === "deleted") return missing(view);
      if (presence !== "present") return notApplicable("what is asked for is not there, or nobody can tell");
      return pulled(view) ?? notApplicable("it is not asked for by its own type");
    },
    "GET at one of several addresses",
  ),
  check(
    "robustness.registry.other-address-session",
    (view) => {
      const { route, model, method } = view;
      if (!view.case.aims.includes("robustness.registry.other-address-session")) return notApplicable("the case was not made for it");
      const session = route.kind === "session" ? model.session(route.session) : undefined;
      if (!session || (method !== "PATCH" && method !== "PUT")) return undefined;
      if (session.state !== "open") return notApplicable("the session is not open any more, or nobody can tell how it stands");
      return method === "PATCH"
        ? answers(view, 202)
        : expectThat(view.status === 201, `status 201 at address ${addressOf(view) + 1}`, `status ${view.status}`);
    },
    "request to an upload session",
  ),

  example("robustness.registry.other-address", ({ addresses = 1, choices }) => {
    if (addresses < 2) return unavailable(ONE);
    const seen = (steps: readonly RequestStep[]): readonly (readonly Step[])[] => everywhere(steps, addresses).map((step) => [step]);
    const tags = choices.tagsList === false ? [] : [TAGS];
    const there = [tagGet(), get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest }), get(blobPath("a", "m-layer")), ...tags];
    return leavingOut(
      "several addresses are asked for what was pushed and deleted at one of them",
      { ...image("m", 1), ...image("n", 2) },
      [
        pushImage("a", "m", "t"),
        ...seen(there),
        ...(choices.immutableTags === true ? [] : [at(last(addresses), pushImage("a", "n", "t")), ...seen([tagGet(), ...tags])]),
        [pushManifest("a", "m", "u")],
        ...seen([tagGet("u"), ...tags]),
        ...(choices.tagDelete === true ? [at(last(addresses), [remove(manifestPath("a", "u"))]), ...seen([tagGet("u"), ...tags])] : []),
        ...(choices.manifestDelete === true
          ? [[remove(manifestPath("a", "{sha256:m}"))], ...seen([get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest })])]
          : []),
        at(last(addresses), [pushManifest("a", "m", "again")]),
        ...seen([tagGet("again"), ...tags]),
      ],
    );
  }),
  example("robustness.registry.other-address", ({ addresses = 1, choices }) => {
    if (addresses < 2) return unavailable(ONE);
    const seen = everywhere([get(blobPath("a", "x"))], addresses).map((step) => [step]);
    return leavingOut("several addresses are asked for a blob that was pushed at one of them", { x: random(400, 1), y: random(400, 2) }, [
      pushBlob("a", "y"),
      // Asked for before it is there: an answer that is kept is wrong later.
      ...seen,
      pushBlob("a", "x"),
      ...seen,
      ...(choices.blobDelete === true ? [at(last(addresses), [remove(blobPath("a", "x"))]), ...seen, pushBlob("a", "x"), ...seen] : []),
    ]);
  }),
  example("robustness.registry.other-address-session", ({ addresses = 1, choices }) => {
    if (addresses < 2) return unavailable(ONE);
    const half = Math.max(200, choices.chunkMinLength ?? 0);
    return leavingOut("an upload begins at one address, and is gone on with and closed at another one", { x: random(2 * half, 1) }, [
      [begin("a", "u"), ...at(last(addresses), [chunk("u", "v", "x", 0, half)])],
      [chunk("v", "w", "x", half, 2 * half), ...at(last(addresses), [finish("w", "x", { body: false })])],
    ]);
  }),
]);
