import type { Entry } from "../../../runners/image/case.js";
import { dir, file } from "../layer/entries.js";

/** The users and groups of images that have them. */
export const PASSWD = [
  "root:x:0:0::/root:/bin/sh",
  "tester:x:1234:5678:A Tester:/home/tester:/bin/sh",
  "alone:x:1001:1001::/:",
  // A name that is a number is no number of that user's.
  "2000:x:3000:3000::/:",
  "test.er_2-x:x:1002:0::/:",
  "far:x:4294967296:4294967296::/:",
  "tester:x:1:1:again:/:",
  "last:x:1003:5678::/:",
].join("\n");
export const GROUP = [
  "root:x:0:",
  "testers:x:4321:tester",
  "more:x:4322:root,tester,last",
  "empty:x:4323:",
  // A name that begins as another one does.
  "similar:x:4324:testers,tester2",
  "2000:x:3001:",
  "farther:x:4294967297:",
].join("\n");

/** Files of users and groups, the last line without an end. */
export const KNOWN_USERS: readonly Entry[] = [dir("etc"), file("etc/passwd", PASSWD), file("etc/group", `${GROUP}\n`)];
