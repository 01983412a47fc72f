/** spec.md, "Mounting a blob from another repository". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { PASS } from "../../check.js";
import { comparesDigest, isOtherDigest } from "../pull/digest-use.js";
import { check, example, met, section, type Which } from "../suite.js";
import type { Viewed } from "../view.js";

export default section("Mounting", [
  check("registry.client.mount-digest-header-verified", (view) => {
    const isMount = ({ query, status }: Viewed): boolean => query.has("mount") && status === 201;
    const isHeader: Which = (behaviour) => behaviour.on.to === "uploads" && isOtherDigest(behaviour);
    // Who compares may also upload the blob after all.
    const uploaded = (digest: string | null): boolean =>
      view.exchanges.some(({ method, query, status }) => method === "PUT" && status === 201 && query.get("digest") === digest);
    const mounts = met(view, isHeader).filter(isMount);
    return mounts.length > 0 && mounts.every(({ query }) => uploaded(query.get("mount")))
      ? PASS
      : comparesDigest(view, "blob", isHeader, isMount);
  }),

  example("registry.client.mount-digest-header-verified", "copy", () =>
    fc.tuple(fc.nat(99), oneOf(["{sha256:n-layer}", "{sha256:n-config}"], "digest")).map(([seed, value]) =>
      caseOf(
        "a mount returns the digest of another blob",
        "copy",
        { ...image("m", seed), ...image("n", seed + 1) },
        { repository: "b", reference: "t" },
        {
          holds: [
            { repository: "a", manifest: "m", tags: ["t"] },
            { repository: "b", manifest: "n" },
          ],
          from: { repository: "a", reference: "t" },
          behaviours: [{ on: { to: "uploads", query: "mount" }, does: { kind: "header", name: "Docker-Content-Digest", value } }],
        },
      ),
    ),
  ),
]);
