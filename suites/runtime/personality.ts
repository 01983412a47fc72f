/** config-linux.md, "Personality". */
import { oneOf } from "../../generators/choices.js";
import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import type { Personality } from "../../spec/runtime/config.js";
import { equal, notApplicable } from "../check.js";
import { checkProcess } from "./process/process.js";
import { SUBSET } from "./refusal.js";
import { example, section } from "./suite.js";

/** Linux's PER_LINUX32; the kernel then also calls itself by a 32-bit machine's name. */
const DOMAINS: Readonly<Record<string, number>> = { LINUX: 0, LINUX32: 8 };
const PERSONALITIES: readonly Personality[] = [{ domain: "LINUX32" }, { domain: "LINUX" }, { domain: "LINUX32", flags: [] }];
const PERSONALITY_MASK = 0xff;

export default section("Personality", [
  checkProcess("runtime.personality.domain", (_process, probe, { config }) => {
    const domain = DOMAINS[config.linux?.personality?.domain ?? ""];
    if (domain === undefined) return notApplicable("no execution domain in the config that there is");
    if (probe.personality === null) return notApplicable("the program could not tell its execution domain");
    return equal(probe.personality & PERSONALITY_MASK, domain);
  }),
  example(["runtime.personality.domain"], ({ target }) =>
    oneOf(PERSONALITIES, "domain").map((configured) => {
      const base = minimalConfig(target.release);
      return caseOf({ ...base, linux: { ...base.linux, personality: configured } }, { title: "an execution domain", mayRefuse: SUBSET });
    }),
  ),
]);
