import type { ImageCase } from "../../../../runners/image/case.js";
import { digestOf } from "../../../../runners/image/content.js";
import type { ImageObservation, Step } from "../../../../runners/image/observation.js";
import type { SeenNode } from "../../../../runners/image/seen.js";
import { judgeTool } from "../../../../suites/image/tool/judge.js";

/** What was seen of tools, canned: well but for what the test says. */

export const step = (status: number, stderr = ""): Step => ({ name: "unpack", status, stdout: "", stderr });
export const node = (kind: SeenNode["kind"], text: string, more: Partial<SeenNode> = {}): SeenNode => ({
  kind,
  mode: kind === "dir" ? 0o755 : 0o644,
  uid: 0,
  gid: 0,
  mtime: "1600000000.000000000",
  inode: `1:${text}`,
  xattrs: {},
  ...(kind === "file" ? { content: `${text.length} ${digestOf(Buffer.from(text))}` } : {}),
  ...more,
});
export const seen = (more: Partial<ImageObservation> = {}): ImageObservation => ({
  format: "oci-conform/image-observation@1",
  steps: [step(0)],
  tree: { "": node("dir", ""), a: node("file", "a") },
  copies: {},
  sources: {},
  escapes: [],
  xattrs: ["user."],
  controls: {},
  ...more,
});
export const PLAIN = { refusedBy: [], converts: true };
export const verdict = (
  id: string,
  subject: ImageCase,
  observation: ImageObservation,
  refusedBy: readonly string[] = [],
): string | undefined => judgeTool(subject, observation, { ...PLAIN, refusedBy }).get(id)?.verdict;
