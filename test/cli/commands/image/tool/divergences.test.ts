import t from "tap";
import { reportDivergences } from "../../../../../cli/commands/image/tool/divergences.js";
import { imageOf } from "../../../../../generators/image/base.js";
import { entryOf, file } from "../../../../../generators/image/layer/entries.js";
import type { ImageCase } from "../../../../../runners/image/case.js";
import type { ImageObservation } from "../../../../../runners/image/observation.js";

const ended = (status: number): ImageObservation => ({
  format: "oci-conform/image-observation@1",
  steps: [{ name: "unpack", status, stdout: "", stderr: "" }],
  tree: {},
  copies: {},
  sources: {},
  escapes: [],
  xattrs: [],
  controls: {},
});

const tool = (name: string, unpacks: boolean, seen: readonly (readonly [ImageCase, number])[]) => ({
  tool: { name },
  abilities: { unpacks },
  seen: new Map(seen.map(([subject, status]) => [JSON.stringify(subject), ended(status)])),
});

const device = imageOf("a device", [[entryOf("a", "char", { device: [0, 0] })]]);
const plain = imageOf("a file", [[file("a")]]);

t.test("it is said who made what, and which sentence decides", async (t) => {
  const taken = tool("one", true, [
    [device, 0],
    [plain, 0],
  ]);
  const refused = tool("two", true, [
    [device, 1],
    [plain, 1],
  ]);
  const { text, json } = reportDivergences([taken, refused]);
  t.equal(
    text,
    [
      "# Of 2 images that several tools unpacked, 2 came out differently (what is undecided first):",
      "# 1 × the image as a whole: one: accepted | two: refused",
      "#     unspecified: a character device 0:0 is a whiteout to overlay file systems",
      "#     such as in a device",
      "# 1 × the image as a whole: one: accepted | two: refused",
      "#     decided: see the findings",
      "#     such as in a file",
      "",
    ].join("\n"),
  );
  t.match(JSON.parse(json), { common: 2, differing: 2, groups: [{ count: 1 }, { count: 1 }] });
});

t.test("who only copies is not compared, nor an image that one tool alone was given", async (t) => {
  t.equal(reportDivergences([tool("one", true, [[plain, 0]]), tool("two", false, [[plain, 1]])]).text, "");
  t.equal(reportDivergences([tool("one", true, [[plain, 0]]), tool("two", true, [[device, 1]])]).text, "");
});

t.test("what is printed is bounded", async (t) => {
  const images = Array.from({ length: 40 }, (_, at) => imageOf(`hard link ${at}`, [[entryOf("a", "hardlink", { link: `to-${at}` })]]));
  const { text } = reportDivergences([
    tool(
      "one",
      true,
      images.map((subject) => [subject, 0]),
    ),
    tool(
      "two",
      true,
      images.map((subject) => [subject, 1]),
    ),
  ]);
  t.ok(text.split("\n").length < 80, `${text.split("\n").length} lines`);
});
