/** `npm run docs`: writes docs/commands.md, the help of every command on one page; a test holds it to what the commands say. */
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { writeWhole } from "../files/write.js";

const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));
const PAGE = "docs/commands.md";

/** What a command's name may be followed by that makes another command of it, with help of its own. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  image: ["--tool umoci", "generate"],
  report: ["show", "merge", "compare"],
};

async function help(...words: readonly string[]): Promise<string> {
  const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
  const { stdout } = await execa(process.execPath, [MAIN, ...words, "--help"], { env, extendEnv: false, stdin: "ignore" });
  return stdout.trimEnd();
}

/** The page. @throws when a command gives no help */
export async function commandReference(): Promise<string> {
  const overview = await help();
  const names = [...overview.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name = ""]) => name);
  const forms = names.flatMap((name) => [name, ...(FORMS[name] ?? []).map((form) => `${name} ${form}`)]);
  const sections = await Promise.all(
    forms.map(async (form) => `## ${form.replace(/ umoci$/, "")}\n\n\`\`\`text\n${await help(...form.split(" "))}\n\`\`\``),
  );
  return `# The command line\n\nThe help of every command, as it prints it; made by \`npm run docs\`.\n\n\`\`\`text\n${overview}\n\`\`\`\n\n${sections.join("\n\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeWhole(PAGE, await commandReference());
