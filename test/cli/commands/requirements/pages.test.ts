import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import t from "tap";
import { requirementPages } from "../../../../cli/commands/requirements/pages.js";
import { run } from "../../../../cli/commands/requirements/requirements.js";
import { faultsOf, isChecked, waysOf } from "../../../../cli/commands/requirements/tests.js";
import { FAULTS as IMAGE } from "../../../../generators/image/invalid/table.js";
import { FAULTS as CLIENT } from "../../../../reference-client/faults/index.js";
import { FAULTS as REGISTRY } from "../../../../reference-registry/faults/index.js";
import { FAULTS as RUNTIME } from "../../../../reference-runtime/faults/index.js";
import { loadCatalogue, SPECS, sectionUrl } from "../../../../spec/catalogue.js";
import { anchorsIn, linksIn } from "../../../markdown.js";
import { conform } from "../../process.js";

const pages = await requirementPages();

t.test("each requirement has a page that says what is known of it", async (t) => {
  const wrong: string[] = [];
  let number = 0;
  for (const spec of SPECS) {
    for (const requirement of await loadCatalogue(spec)) {
      const { id, level, since, until, testable } = requirement;
      const text = pages.get(`${spec}/${id}.md`) ?? "";
      number++;
      const url = sectionUrl(requirement);
      const right: Readonly<Record<string, boolean>> = {
        title: text.startsWith(`# ${id}\n`),
        level: text.includes(level === "ROBUSTNESS" ? "a rule of ours" : `| level | ${level}: `),
        since: text.includes(`| since | ${since} |`) === (since !== undefined),
        until: text.includes(`| until | ${until} |`) === (until !== undefined),
        where: url === undefined || text.includes(`](${url})`),
        command: text.includes("```sh\noci-conform ") === isChecked(id),
        "why not": text.includes("\nNot tested: ") === (testable !== true || level === "MAY"),
      };
      wrong.push(...Object.keys(right).flatMap((part) => (right[part] ? [] : [`${id}: ${part}`])));
    }
  }
  t.strictSame(wrong, []);
  t.equal(pages.size, number + SPECS.length + 1, "and there is nothing but indexes beside them");
});

t.test("every relative link leads to a page, and to a heading of it", async (t) => {
  const leadsNowhere = [...pages].flatMap(([path, text]) =>
    linksIn(text)
      .filter((link) => {
        const [file = "", anchor] = link.split("#");
        const target = pages.get(normalize(join(dirname(path), file)));
        return !link.startsWith("https:") && (target === undefined || (anchor !== undefined && !anchorsIn(target).has(anchor)));
      })
      .map((link) => `${path}: ${link}`),
  );
  t.strictSame(leadsNowhere, []);
});

t.test("the index of a spec names every requirement once, under its section", async (t) => {
  for (const spec of SPECS) {
    const parts = (pages.get(`${spec}/README.md`) ?? "").split(/^## /m);
    const wrong = [...(await loadCatalogue(spec))].filter(({ id, section }) => {
      const own = parts.filter((part) => part.includes(`](${id}.md)`));
      return own.length !== 1 || !own[0]?.startsWith(`${section ?? "Rules of ours"}\n`);
    });
    t.strictSame(wrong, [], spec);
  }
});

t.test("what is checked says how, and every seeded fault stands on the page of what it breaks", async (t) => {
  for (const spec of SPECS) {
    const wrong = [...(await loadCatalogue(spec))].filter(({ id }) => waysOf(id).length > 0 !== isChecked(id));
    t.strictSame(wrong, [], spec);
  }
  const broken = [
    ...RUNTIME.map(({ name, requirement }) => ({ name, id: requirement, spec: "runtime" })),
    ...[...REGISTRY, ...CLIENT].map(({ name, requirement }) => ({ name, id: requirement, spec: "distribution" })),
    ...IMAGE.map(({ name, requirement }) => ({ name, id: requirement, spec: "image" })),
  ];
  const missing = broken.filter(({ name, id, spec }) => !pages.get(`${spec}/${id}.md`)?.includes(`- \`${name}\``));
  t.strictSame(missing, []);
  t.equal(faultsOf("runtime.no-such"), undefined);
  t.strictSame(waysOf("runtime.no-such"), []);
});

t.test("pages are written anew over those of before, the same bytes each time", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  for (const _ of [1, 2]) {
    const stdout = `${pages.size} pages; begin with ${home}/README.md\n`;
    t.strictSame(await conform("requirements", "--pages", home), { code: 0, stdout, stderr: "" });
  }
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  t.equal(files.length, pages.size);
  t.strictSame(
    [...pages].filter(([path, text]) => readFileSync(join(home, path), "utf8") !== text),
    [],
  );
});

t.test("bad use is told", async (t) => {
  await t.rejects(run(["--pages", "x", "--of", "image"]), { name: "UsageError", message: /--pages.*cannot be used with.*--of/ });
  await t.rejects(run(["show", "runtime.user.umask", "--pages", "x"]), { name: "UsageError", message: /leave show out/ });
  const home = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, "file"), "");
  await t.rejects(run(["--pages", join(home, "file")]), { name: "UsageError", message: /^--pages: .*file\/runtime is below a file/ });
});
