import type { Format } from "./reporter.js";
import { plain } from "./text.js";

/** The results as they are, by `results.schema.json`. A run that tested nothing says so in a format of its own. */
export const json: Format = (out) => {
  const write = (value: unknown): void => {
    out.write(`${JSON.stringify(plain(value), null, 2)}\n`);
  };
  return {
    begin: () => undefined,
    progress: () => undefined,
    requirement: () => undefined,
    end: (results) => {
      const requirements = results.requirements.map(({ finding, ...rest }) => ({
        ...rest,
        // These two may be undefined, which is a value here and must not vanish.
        ...(finding ? { finding: { ...finding, expected: plain(finding.expected), actual: plain(finding.actual) } } : {}),
      }));
      write({ ...results, requirements });
    },
    inconclusive: (message, about) => write({ format: "oci-conform/inconclusive@1", ...about, reason: message }),
  };
};
