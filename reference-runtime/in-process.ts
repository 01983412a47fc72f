import { applyFault } from "./faults.js";
import type { Host } from "./host.js";
import { loadConfig } from "./load.js";
import { lower } from "./lower/lower.js";
import { encodePlan, encodeRefusal } from "./plan.js";

/** What the core gets as `--plan`: the same that it would get from Node's part for a bundle with this config.json (null: none). */
export function planText(configText: string | null, bundle: string, id: string, host: Host, fault?: string): string {
  try {
    if (configText === null) return encodeRefusal(`${bundle}/config.json: cannot be read (ENOENT)`);
    return encodePlan(applyFault(fault, lower(loadConfig(configText), { bundle, id, host })));
  } catch (thrown) {
    return encodeRefusal(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
