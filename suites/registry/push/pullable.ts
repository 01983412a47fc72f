/** spec.md, "Push": the Location of what was pushed. */
import { equal, notApplicable } from "../../check.js";
import type { Acknowledged } from "../model.js";
import { answers, plainGet } from "../response.js";
import { type Check, check } from "../suite.js";

/** The Location of an acknowledgement gives what was acknowledged. */
export const pullable = (id: string, by: Acknowledged["by"]): Check =>
  check(
    id,
    (view) => {
      const [label] = view.exchange.uses;
      if (label === undefined) return undefined;
      const acknowledged = view.model.acknowledged(label);
      if (acknowledged?.by !== by)
        return notApplicable("no Location of that kind of push is followed, or what was pushed is not there any more");
      if (!plainGet(view) || view.query.has("digest") || view.concurrent) return notApplicable("it is no plain GET");
      return view.status === 200 ? equal(view.response.body.sha256, acknowledged.content.sha256) : answers(view, 200);
    },
    "request for a Location that was given",
  );
