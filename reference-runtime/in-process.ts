import { lowerText } from "./faults/index.js";
import type { Host } from "./host.js";
import { encodePlan, encodeRefusal } from "./plan.js";

/** What the core gets as `--plan`: the same that it would get from Node's part for a bundle with this config.json (null: none). */
export function planText(configText: string | null, bundle: string, id: string, host: Host, fault?: string): string {
  try {
    if (configText === null) return encodeRefusal(`${bundle}/config.json: cannot be read (ENOENT)`);
    return encodePlan(lowerText(configText, { bundle, id, host }, fault));
  } catch (thrown) {
    return encodeRefusal(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
