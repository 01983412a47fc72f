import { imageOf } from "../../../../generators/image/base.js";
import { dir, file, symlink, whiteout } from "../../../../generators/image/layer/entries.js";
import { GROUP, KNOWN_USERS, PASSWD } from "../../../../generators/image/tables/users.js";
import type { Entry, ImageCase } from "../../../../runners/image/case.js";
import { anyOf, example, type ToolExample } from "./example.js";

/** An image of these layers that is to run as somebody; a file that stays shows that it was unpacked. */
function as(User: string, how = "", layers: readonly (readonly Entry[])[] = [KNOWN_USERS]): ImageCase {
  const [base = [], ...rest] = layers;
  const title = `User is ${JSON.stringify(User)}${how === "" ? "" : `, ${how}`}`;
  return imageOf(title, [[...base, file("stays", "stays")], ...rest], { config: { architecture: "amd64", os: "linux", config: { User } } });
}

/** Numbers around the ends of 16, 31, 32, 53, 63 and 64 bits. */
const BOUNDARIES = [
  ...[65_534, 65_535, 65_536, 2_147_483_647, 2_147_483_648, 4_294_967_294, 4_294_967_295, 4_294_967_296, 4_294_967_297].map(String),
  ...["9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551616", "18446744073709551617"],
];

const NUMERIC: readonly ImageCase[] = [
  ...["0", "7", "7:8", "0:0", "1234:0", "1234:5678", "0007", "2000", "2000:2000", "1001:4321"].map((user) => as(user)),
  ...["0", "7", "7:8"].map((user) => as(user, "and there are no users", [[]])),
  ...BOUNDARIES.flatMap((number) => [as(number), as(`7:${number}`)]),
  ...["4294967296", "4294967297:4294967296", "2147483648"].map((user) => as(user, "and there are no users", [[]])),
];

const NAMED: readonly ImageCase[] = [
  ...["tester", "root", "alone", "test.er_2-x", "last", "tester:testers", "tester:0", "tester:9", "7:testers", "0:empty", "alone:root"].map(
    (user) => as(user),
  ),
  as("tester:2000"),
  as("far"),
  as("tester:farther"),
  as("tester", "whose file a layer above replaces", [KNOWN_USERS, [file("etc/passwd", "tester:x:99:98::/:\n")]]),
  as("tester", "and there are no groups", [[dir("etc"), file("etc/passwd", PASSWD)]]),
  as("tester", "whose file is behind a link", [
    [
      dir("etc"),
      symlink("etc/passwd", "../lib/users"),
      symlink("etc/group", "/lib/groups"),
      dir("lib"),
      file("lib/users", PASSWD),
      file("lib/groups", GROUP),
    ],
  ]),
  as("tester", "whose file is behind a link from the root", [
    [dir("etc"), symlink("etc/passwd", "/lib/users"), dir("lib"), file("lib/users", PASSWD), file("etc/group", GROUP)],
  ]),
];

const UNKNOWN: readonly ImageCase[] = [
  as("nobody-knows"),
  as("nobody-knows", "and there are no users", [[]]),
  as("nobody-knows:0"),
  as("teste"),
  as("testers"),
  as("TESTER"),
  as("A Tester"),
  as("tester", "whose file a layer above removes", [KNOWN_USERS, [whiteout("etc/passwd")]]),
  as("tester", "whose file is behind a link that leads nowhere", [
    [dir("etc"), symlink("etc/passwd", "nowhere"), file("etc/group", GROUP)],
  ]),
  // The link leads to itself in the container, and to the host's users outside of it.
  as("daemon", "whose file is a link to /etc/passwd", [
    [dir("etc"), symlink("etc/passwd", "/etc/passwd"), symlink("etc/group", "/etc/group")],
  ]),
  as("-1"),
  as("-1:-1"),
  as("-2147483648"),
  as("0x10"),
  as("1e3"),
  as("7 "),
  as("4294967296x"),
];

/** Users that a config may have, or may not, of which nobody says what they come to: no tool may fall over them. */
const OPEN: readonly ImageCase[] = [":", ":7", "7:", "tester:", "tester:nobody-knows", "7:-1", "+7", "tester:testers:more", "::", " "].map(
  (user) => as(user),
);

/** Who an image is to run as: config.md, "User", and conversion.md, "Config.User". */
export const USERS: readonly ToolExample[] = [
  example(
    [
      "image.conversion.user-numeric",
      "image.conversion.groups-not-for-numeric-or-group",
      "image.conversion.groups-not-for-numeric",
      "image.conversion.fields-parsed",
      "image.config.user-default-group",
    ],
    anyOf(NUMERIC, "User"),
  ),
  example(["image.conversion.user-resolved", "image.conversion.groups-of-user", "image.config.user-default-group"], anyOf(NAMED, "User")),
  example("image.conversion.user-unknown-error", anyOf(UNKNOWN, "User")),
  example("robustness.image.crash", anyOf(OPEN, "User")),
];
