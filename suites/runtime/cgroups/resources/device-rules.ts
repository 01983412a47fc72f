import type { DeviceRule } from "../../../../spec/runtime/config.js";

/** A device node and a way to use it. */
export interface DeviceUse {
  readonly type: "c" | "b";
  readonly major: number;
  readonly minor: number;
  readonly access: "r" | "w";
}

/** −1 and an absent number both stand for any; so do `a` and an absent type. */
const any = (value: number | undefined): boolean => value === undefined || value === -1;
const anyType = ({ type }: DeviceRule): boolean => type === undefined || type === "a";
const everything = (rule: DeviceRule): boolean => anyType(rule) && any(rule.major) && any(rule.minor);

const covers = (rule: DeviceRule, use: DeviceUse): boolean =>
  (anyType(rule) || rule.type === use.type) &&
  (any(rule.major) || rule.major === use.major) &&
  (any(rule.minor) || rule.minor === use.minor);

const same = (one: DeviceRule, other: DeviceRule): boolean =>
  one.type === other.type && one.major === other.major && one.minor === other.minor;

/**
 * What a list of rules, applied in its order, says about a use of a device: allowed, denied, or null where kernels and spec leave it
 * open. That is so before any rule about all devices; after a rule without `access`, or one about all devices that leaves out a kind of
 * access (cgroup v1 does not look at it); and where a rule takes back a part of what an earlier one gave or took (the list of
 * cgroup v1 can't hold a hole).
 */
export function allowed(rules: readonly DeviceRule[], use: DeviceUse): boolean | null {
  let basis: boolean | null = null;
  let exceptions: DeviceRule[] = [];
  let open = false;
  for (const rule of rules) {
    if (!covers(rule, use)) continue;
    if (everything(rule)) {
      open = !["r", "w", "m"].every((kind) => rule.access?.includes(kind));
      basis = rule.allow;
      exceptions = [];
    } else if (rule.access === undefined) {
      open = true;
    } else if (rule.access.includes(use.access)) {
      if (rule.allow !== basis) exceptions.push(rule);
      else exceptions = exceptions.filter((earlier) => !same(earlier, rule));
      open ||= rule.allow === basis && exceptions.length > 0;
    }
  }
  if (basis === null || open) return null;
  return exceptions.length > 0 ? !basis : basis;
}
