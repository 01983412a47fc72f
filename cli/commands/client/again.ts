import { Player } from "../../../runners/client/player.js";
import { UsageError } from "../../../spec/errors.js";
import { clientSuite } from "../../../suites/client/index.js";
import { again } from "../../session/again.js";
import { assertPlayable } from "./able.js";
import { type ClientReach, clientsOf, limitsFrom, NAMING, releaseFor, withClientOptions } from "./options.js";
import { ClientTarget } from "./target.js";

/** Stored cases of clients. */
export const suiteAgain = again({
  suite: clientSuite,
  withOptions: withClientOptions,
  naming: NAMING,
  async open(command, given) {
    const options = command.opts<ClientReach>();
    const [tool, ...more] = clientsOf(options);
    if (!tool || more.length > 0) throw new UsageError("replay: one --tool at a time");
    assertPlayable(tool);
    return ClientTarget.open(tool, () => Player.open(tool, limitsFrom(options)), {
      release: releaseFor(tool, options),
      given,
      limits: limitsFrom(options),
      signal: new AbortController().signal,
    });
  },
});
