import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { Results } from "../../../../../reports/results/results.js";
import { conform, script, withoutRoot } from "../../../process.js";

const home = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
t.teardown(() => rmSync(home, { recursive: true, force: true }));

/** Unpacks a layer by tar; a root directory that is a symbolic link replaces the one that the tool unpacks into. */
const FOLLOWS_ROOT = `
mkdir "$2"
for blob in "$1"/blobs/sha256/*; do
  gzip -t "$blob" 2> /dev/stdout || continue
  link=$(tar -tvzf "$blob" | sed -n '1s/^l.* \\.\\/\\{0,1\\} -> //p')
  if [ -n "$link" ]; then
    rmdir "$2"
    ln -s "$link" "$2"
    tar -xzf "$blob" -C "$2/" oci-conform-escaped
  else tar -xzf "$blob" -C "$2" || exit 1; fi
done > /dev/stderr 2>&1
`;

t.test("a tool that lets a layer replace its root directory by a link is found out by a default run", { skip: withoutRoot }, async (t) => {
  const file = join(home, "results.json");
  const { code, stderr } = await conform(
    ...["image", "--tool-cmd", `${script(home, "follows-root", FOLLOWS_ROOT)} {layout} {rootfs}`, "--cases", "0"],
    ...["--only", "robustness.image.escape", "--report", `json=${file}`, "--out", join(home, "out")],
  );
  t.equal(code, 1, stderr);
  const { requirements }: Results = JSON.parse(readFileSync(file, "utf8"));
  const result = requirements.find(({ id }) => id === "robustness.image.escape");
  t.equal(result?.verdict, "fail");
  t.match(result?.finding?.case, /^the root directory as a link/);
});
