import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import t from "tap";
import { commandReference } from "../ci/command-reference.js";
import { loadCatalogue, SPECS } from "../spec/catalogue.js";
import { Bench } from "./ci/shell.js";
import { conform, installed } from "./cli/process.js";
import { combinationsPage } from "./combinations-page.js";
import { anchorsIn, codeIn, type Fence, fencesIn, linksIn, spansIn } from "./markdown.js";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "ci/kubernetes/README.md",
  ...readdirSync("docs").flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
].map((path) => ({ path, text: readFileSync(path, "utf8") }));

t.test("every relative link leads to a file, and to a heading of it", async (t) => {
  const leadsNowhere = pages.flatMap(({ path, text }) =>
    linksIn(text)
      .filter((link) => {
        if (/^https?:/.test(link)) return false;
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? path : normalize(join(dirname(path), file));
        if (!existsSync(target)) return true;
        return anchor !== undefined && !(statSync(target).isFile() && anchorsIn(readFileSync(target, "utf8")).has(anchor));
      })
      .map((link) => `${path}: ${link}`),
  );
  t.strictSame(leadsNowhere, []);
});

t.test("every page of docs/ can be reached from the README", async (t) => {
  const reached = new Set(["README.md"]);
  for (const path of reached)
    for (const link of linksIn(pages.find((page) => page.path === path)?.text ?? "")) {
      const target = normalize(join(dirname(path), link.split("#")[0] ?? ""));
      if (pages.some((page) => page.path === target)) reached.add(target);
    }
  t.strictSame(
    pages.map(({ path }) => path).filter((path) => path.startsWith("docs/") && !reached.has(path)),
    [],
  );
});

/** The page that is made of what the commands say. */
const MADE = "docs/commands.md";

t.test("the page of commands is what they say of themselves", async (t) => {
  t.equal(readFileSync(MADE, "utf8"), await commandReference(), "npm run docs makes it again");
});

t.test("the page of combinations is what the suites say of themselves", async (t) => {
  t.equal(readFileSync("docs/combinations.md", "utf8"), combinationsPage(), "npm run docs makes it again");
});

t.test("every requirement that is named is in a catalogue", async (t) => {
  const ids: string[] = [];
  for (const spec of SPECS) for (const { id } of await loadCatalogue(spec)) ids.push(id);
  const known = (named: string): boolean =>
    ids.some((id) => id === named || id.startsWith(`${named}.`) || (named.endsWith("-") && id.startsWith(named)));
  const FILES = /\.(?:md|ts|c|json|ya?ml|tar|gz|zst)$/;
  const wrong = pages.flatMap(({ path, text }) =>
    codeIn(text).flatMap((code) =>
      [...code.matchAll(/(?<![\w/.@-])(?:robustness|runtime|image|registry)(?:\.[a-z][a-z0-9-]*)+(?![\w/:{])/g)]
        .map(([id]) => id)
        .filter((id) => !FILES.test(id) && !known(id))
        .map((id) => `${path}: ${id}`),
    ),
  );
  t.strictSame(wrong, []);
});

/** Options of other programs that are spoken of by themselves; findings are about other programs altogether. */
const FOREIGN = ["--systemd-cgroup", "--root", "--config"];
const ABOUT_OTHERS = ["docs/findings.md"];
/** Not in any help. */
const HIDDEN = ["--bundled-arg"];
/** The options of each command, by its name. */
async function commands(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const names = [...(await conform("--help")).stdout.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name = ""]) => [name]);
  const called = [
    ...names,
    ["image", "generate"],
    ["image", "--tool", "umoci"],
    ...["show", "merge", "compare"].map((name) => ["report", name]),
  ];
  const options = called.map(async (words): Promise<[string, Set<string>]> => {
    const { stdout } = await conform(...words, "--help");
    return [words.slice(0, 2).join(" "), new Set(stdout.match(/--[a-z][a-z-]*/g) ?? [])];
  });
  return new Map(await Promise.all(options));
}

t.test("every command and option that is named is there", async (t) => {
  const help = await commands();
  t.ok(help.get("image --tool")?.has("--tool-cmd"));
  const everywhere = new Set([...help.values()].flatMap((options) => [...options]));
  const written = pages.filter(({ path }) => path !== MADE);
  const wrong = written.flatMap(({ path, text }) => [
    ...codeIn(text)
      .flatMap((code) => [...code.matchAll(/\boci-conform ([a-z-]+)\b(.*)/g)])
      .flatMap(([, name = "", rest = ""]) => {
        if (!help.has(name)) return [`oci-conform ${name}`];
        const form = rest.includes("--tool") ? " --tool" : (/^ (?:generate|show|merge|compare)\b/.exec(rest)?.[0] ?? "");
        const own = help.get(name + form) ?? help.get(name);
        if (!own) return [`oci-conform ${name}${form}`];
        // What stands in quotes is another program's; so is what comes after a pipe, a comment, a second command, or two dashes.
        const words = rest.replace(/"[^"]*"|'[^']*'/g, "").replace(/ (?:[#|&;]|-- ).*/, "");
        const options = words.match(/(?<=[\s[])--[a-z][a-z-]*/g) ?? [];
        return options
          .filter((option) => !own.has(option) && !HIDDEN.includes(option))
          .map((option) => `oci-conform ${name}${form} ${option}`);
      })
      .map((each) => `${path}: ${each}`),
    ...(ABOUT_OTHERS.includes(path) ? [] : spansIn(text))
      .flatMap((span) => /^--[a-z][a-z-]*/.exec(span) ?? [])
      .filter((option) => !everywhere.has(option) && !HIDDEN.includes(option) && !FOREIGN.includes(option))
      .map((option) => `${path}: ${option}`),
  ]);
  t.strictSame([...new Set(wrong)], []);
});

/** Text as it must be printed: … stands for anything. */
const asPrinted = (text: string): RegExp =>
  new RegExp(
    text
      .trim()
      .split("…")
      .map((part) =>
        part
          .trim()
          .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
          .replace(/\s+/g, "\\s+"),
      )
      .join("[\\s\\S]*?"),
  );

/** Why a block cannot be run here, or false. */
const lacking = ({ marks }: Fence): string | false => {
  const missing = (marks.needs?.split(",") ?? []).find((need) => (need === "root" ? process.getuid?.() !== 0 : !installed(need)));
  return missing === undefined ? false : `needs ${missing}`;
};

/** The commands of the package, as they are installed. */
function onPath(bench: Bench): Bench {
  const main = resolve("build/cli/main.js");
  return bench.fake("oci-conform", `exec "${process.execPath}" "${main}" "$@"`).fake("oci-ref", `exec "${resolve("build/oci-ref")}" "$@"`);
}

for (const { path, text } of pages) {
  const fences = fencesIn(text);
  if (!fences.some(({ marks }) => marks.exit !== undefined)) continue;
  t.test(`the commands of ${path} do what it says`, async (t) => {
    const bench = onPath(new Bench(t));
    for (const [at, fence] of fences.entries()) {
      if (fence.marks.exit === undefined) continue;
      await t.test(fence.text.trim().replaceAll("\n", "; "), { skip: lacking(fence) }, async (t) => {
        const { code, stdout, stderr } = await bench.run(["sh", "-ec", fence.text], { HOME: bench.directory });
        t.equal(code, Number(fence.marks.exit), stderr);
        const printed = fences[at + 1];
        if (printed?.language === "text") t.match(stdout, asPrinted(printed.text));
      });
    }
  });
}

t.test("exit codes are the same in the README, in the help and on their page", async (t) => {
  const page = readFileSync("docs/exit-codes.md", "utf8");
  const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => code);
  const help = (await conform("--help")).stdout;
  for (const text of [help, readFileSync("README.md", "utf8")]) {
    const line = /Exit codes.*?: (.*)/.exec(text)?.[1] ?? "";
    t.strictSame(
      [...line.matchAll(/(?:^|, )(\d+) /g)].map(([, code]) => code),
      codes,
    );
  }
});
