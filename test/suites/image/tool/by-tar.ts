import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeTar } from "../../../../generators/image/layer/tar.js";
import type { Entry } from "../../../../runners/image/case.js";
import { readTree } from "../../../../runners/image/read-tree.js";
import type { SeenTree } from "../../../../runners/image/seen.js";
import { agentPath } from "../../../../runners/runtime/build-native.js";

/**
 * The layer rules once more, without our code: GNU tar unpacks, and a shell removes what markers name. A layer is first
 * unpacked beside the tree, where find sees its markers; links across layers make tar complain there, which is as well.
 */
const APPLY = `
set -u
layer=$1 root=$2 beside=$3
mkdir "$beside"
tar -xf "$layer" -C "$beside" 2>/dev/null
cd "$beside"
find . -name .wh..wh..opq -exec sh -c 'for marker do
  directory=$0/$(dirname "$marker")
  [ -d "$directory" ] && [ ! -L "$directory" ] && find "$directory" -mindepth 1 -delete
done' "$root" {} +
find . -name ".wh.*" ! -name .wh..wh..opq -exec sh -c 'for marker do
  name=\${marker##*/}
  rm -rf "$0/\${marker%/*}/\${name#.wh.}"
done' "$root" {} +
find . -mindepth 1 ! -name ".wh.*" -exec sh -c 'for path do
  there=$0/$path
  if [ ! -d "$path" ] || [ -L "$path" ]; then rm -rf "$there"
  elif [ -L "$there" ] || { [ -e "$there" ] && [ ! -d "$there" ]; }; then rm -f "$there"; fi
done' "$root" {} +
tar -xf "$layer" -C "$root" --same-owner --numeric-owner -p --xattrs "--xattrs-include=*" --delay-directory-restore "--exclude=.wh.*"
`;

/** What GNU tar and a shell make of layers, lowest first. @throws when tar complains. */
export function unpackByTar(layers: readonly (readonly Entry[])[]): SeenTree {
  const home = mkdtempSync(join(tmpdir(), "oci-conform-by-tar-"));
  const root = join(home, "root");
  const env = { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" };
  try {
    mkdirSync(root);
    layers.forEach((entries, at) => {
      const archive = join(home, `${at}.tar`);
      writeFileSync(archive, encodeTar({ entries, endBlocks: 2 }));
      const { status, stderr } = spawnSync("sh", ["-c", APPLY, "sh", archive, root, join(home, `${at}`)], {
        env,
        encoding: "utf8",
        timeout: 600_000,
      });
      if (status !== 0) throw new Error(`layer ${at}: ${stderr}`);
    });
    const { status, stdout, stderr } = spawnSync(agentPath(), ["tree", root], { encoding: "utf8", maxBuffer: 64 << 20, timeout: 600_000 });
    if (status !== 0) throw new Error(stderr);
    return readTree(stdout);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
