import type { Entry } from "../../../runners/image/case.js";
import { oneOf } from "../../choices.js";
import { dir, file, symlink } from "../layer/entries.js";
import { COMMANDS, DIRECTORIES, ENV, LABELS, PORTS, type Properties, SIGNALS, VOLUMES } from "../tables/configs.js";
import { GROUP, KNOWN_USERS, PASSWD } from "../tables/users.js";
import { configured, type Edit, executed, type Factor, fixedLevel, type Level, level, unchanged } from "./factor.js";

/** More entries in the first layer. */
const inBase =
  (entries: readonly Entry[]): Edit =>
  (subject) => ({
    ...subject,
    layers: subject.layers.map((layer, at) => (at === 0 ? { ...layer, entries: [...layer.entries, ...entries] } : layer)),
  });

const user = (name: string, ...users: readonly string[]): Level => level(name, oneOf(users), (User) => executed({ User }));

const USER: Factor = {
  name: "User",
  levels: [
    unchanged("none"),
    user("a number", "7", "65534"),
    user("a number that the image lists", "1234", "1001"),
    user("numbers", "7:8", "1234:4321"),
    user("a name", "tester", "last", "alone"),
    user("a name and a group", "tester:testers", "alone:9"),
    user("a number and a group", "7:testers", "1234:empty"),
  ],
};

const USERS: Factor = {
  name: "files of users",
  levels: [
    fixedLevel("there", inBase(KNOWN_USERS)),
    unchanged("not there"),
    fixedLevel(
      "behind links",
      inBase([
        dir("etc"),
        symlink("etc/passwd", "../lib/users"),
        symlink("etc/group", "../lib/groups"),
        dir("lib"),
        file("lib/users", PASSWD),
        file("lib/groups", GROUP),
      ]),
    ),
  ],
};

const env = (name: string, ...lists: readonly (readonly string[])[]): Level => level(name, oneOf(lists), (Env) => executed({ Env }));
const isOdd = (list: readonly string[]): boolean => !list.some((each) => /^(?:PATH|HOME|A)=/.test(each));

const VARIABLES: Factor = {
  name: "Env",
  levels: [
    unchanged("none"),
    env("plain", ["PATH=/bin", "A=1"]),
    env("with HOME", ["HOME=/elsewhere"], ["PATH=/bin", "HOME="]),
    env("with a name twice", ["A=1", "A=2"]),
    env("odd", ...ENV.filter(isOdd)),
  ],
};

/** Any of a table's values of one parameter. */
const any = (name: string, values: readonly (Properties | string)[]): Factor => ({
  name,
  levels: [unchanged("none"), level("some", oneOf(values), (value) => executed({ [name]: value }))],
});

const COMMAND: Factor = {
  name: "command",
  levels: [
    unchanged("none"),
    fixedLevel("Cmd", executed({ Cmd: ["/a", "b"] })),
    fixedLevel("Entrypoint", executed({ Entrypoint: ["/a", "b"] })),
    fixedLevel("both", executed({ Entrypoint: ["/entry"], Cmd: ["x", "y"] })),
    level("odd", oneOf(COMMANDS.slice(3)), executed),
  ],
};

const TOP: Factor = {
  name: "properties",
  levels: [
    unchanged("none"),
    fixedLevel("author", configured({ author: "A. N. Author" })),
    fixedLevel("created", configured({ created: "2020-01-01T00:00:00Z" })),
    fixedLevel("unknown ones", configured({ "org.example.unknown": { deep: [1, null] } })),
  ],
};

const plain = ([first = ""]: readonly string[]): boolean => !first.startsWith("org.opencontainers.");

const LABEL: Factor = {
  name: "Labels",
  levels: [
    unchanged("none"),
    level("own ones", oneOf(LABELS.filter((labels) => plain(Object.keys(labels)))), (Labels) => executed({ Labels })),
    level("of properties", oneOf(LABELS.filter((labels) => !plain(Object.keys(labels)))), (Labels) => executed({ Labels })),
  ],
};

/** What of an image's config goes into a runtime's. */
export const CONFIG_FACTORS: readonly Factor[] = [
  USERS,
  USER,
  VARIABLES,
  COMMAND,
  any("WorkingDir", DIRECTORIES),
  LABEL,
  any("StopSignal", SIGNALS),
  any("ExposedPorts", PORTS),
  any("Volumes", VOLUMES),
  TOP,
];
