import type { Sink } from "./output.js";
import type { Reporter } from "./reporter.js";

/** The results as they are, by results.schema.json. An inconclusive run leaves no results, and so no document. */
export const jsonReporter = (sink: Sink): Reporter => ({
  begin: () => undefined,
  progress: () => undefined,
  requirement: () => undefined,
  end: (results) => {
    sink.write(`${JSON.stringify(results, null, 2)}\n`);
    sink.close();
  },
  inconclusive: () => undefined,
});
