import type { Json } from "../../../runners/image/case.js";
import { equal, type Judgement, type NotApplicable, notApplicable } from "../../check.js";
import { type Conversion, converts, objectOf } from "./converted.js";
import { type ImageUser, imageUser, type Owner, userText } from "./user.js";
import type { ToolCheck } from "./view.js";

/** The user and the groups of the runtime's config. */
const made = ({ runtime }: Conversion) => objectOf(objectOf(runtime.process).user);

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

const NO_USER = notApplicable("the image's config has no User");

/** A check of a User that is of a form which a config may have. */
const judges = (id: string, judge: (user: ImageUser, conversion: Conversion) => Judgement | NotApplicable): ToolCheck =>
  converts(id, (conversion) => {
    const user = imageUser(conversion.view.case);
    return user ? judge(user, conversion) : NO_USER;
  });

/** Compares the ids whose numbers are known in this way, and no others. */
const numbers = (by: "number" | "name" | "default", none: NotApplicable) => (user: ImageUser, conversion: Conversion) => {
  const known = (owner: Owner): number | undefined => ("number" in owner && owner.by === by ? owner.number : undefined);
  const [uid, gid] = [known(user.uid), known(user.gid)];
  if (uid === undefined && gid === undefined) return none;
  const seen = made(conversion);
  const note = `process.user of the User ${JSON.stringify(userText(conversion.view.case))}`;
  const wanted = { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
  const actual = Object.fromEntries(Object.keys(wanted).map((name) => [name, seen[name] ?? "none"]));
  return equal(actual, wanted, note);
};

/** conversion.md, "Config.User"; config.md, "User". */
export const USER_CHECKS: readonly ToolCheck[] = [
  ...["image.conversion.user-numeric", "image.conversion.fields-parsed"].map((id) =>
    judges(id, numbers("number", notApplicable("the image's user and group are not given by numbers"))),
  ),
  judges("image.conversion.user-resolved", numbers("name", notApplicable("the image's files have no name of its User"))),
  judges("image.config.user-default-group", numbers("default", notApplicable("User has a group, or a user whom the image does not list"))),
  judges("image.conversion.groups-of-user", ({ groups, gid }, conversion) => {
    if (!groups) return notApplicable("the image's user is not one of its /etc/passwd by name, without a group");
    if (groups.length === 0) return notApplicable("the image's groups do not list its user");
    // The user's own group may be among them, or not.
    const own = "number" in gid ? gid.number : undefined;
    const sorted = (list: readonly Json[]): Json[] => [...new Set(list)].filter((each) => each !== own).sort();
    return equal(sorted(listOf(made(conversion).additionalGids)), sorted(groups), "process.user.additionalGids");
  }),
  ...["image.conversion.groups-not-for-numeric", "image.conversion.groups-not-for-numeric-or-group"].map((id) =>
    judges(id, ({ uid, listed, hasGroup }, conversion) => {
      const isNumber = "number" in uid && uid.by === "number";
      const asked = isNumber || (hasGroup && id === "image.conversion.groups-not-for-numeric-or-group");
      if (!asked) return notApplicable("the image's user is not given by a number");
      // config.md has them applied there, too.
      if (listed && !hasGroup) return notApplicable("the image lists the user with that number: two chapters ask for opposite things");
      return equal(listOf(made(conversion).additionalGids), [], "process.user.additionalGids");
    }),
  ),
];
