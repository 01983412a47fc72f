/** spec.md, "Mounting a blob from another repository". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { notApplicable, PASS } from "../../check.js";
import { usesDigest } from "../pull/digest-use.js";
import { check, example, met, section, whereMet } from "../suite.js";

export default section("Mounting", [
  check("registry.client.mount-digest-header-verified", (view) =>
    whereMet(
      view,
      () => {
        const mounted = met(view, ({ does }) => does.kind === "header").filter(({ query, status }) => query.has("mount") && status === 201);
        if (mounted.length === 0) return notApplicable("no mount succeeded");
        const uploaded = (digest: string | null): boolean =>
          view.exchanges.some(({ method, query, status }) => method === "PUT" && status === 201 && query.get("digest") === digest);
        if (view.ending === "failed" || mounted.every(({ query }) => uploaded(query.get("mount")))) return PASS;
        const used = mounted.map((exchange) => usesDigest(view, exchange)).find((use) => use !== undefined);
        return used === undefined
          ? notApplicable("the client makes no use of the header that can be seen")
          : { verdict: "fail", expected: "a refusal, or an upload: Docker-Content-Digest is not the digest of the blob", actual: used };
      },
      ({ on, does }) => on.to === "uploads" && does.kind === "header" && does.name === "Docker-Content-Digest",
    ),
  ),

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
