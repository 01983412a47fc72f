import { exitCodeOf } from "../../cli/exit.js";
import { runToy } from "../cli/session/toy-suite.js";

/** The toy suite's command line as a process: `node run-toy.js toy ARGS…`. */
try {
  process.exitCode = await runToy(process.argv.slice(3), process.stdout);
} catch (thrown) {
  process.exitCode = exitCodeOf(thrown);
}
