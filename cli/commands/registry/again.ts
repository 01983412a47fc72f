import { registrySuite } from "../../../suites/registry/index.js";
import { again } from "../../session/again.js";
import { checkReach, type RegistryReach, withRegistryOptions } from "./options.js";
import { RegistryTarget } from "./target.js";

/** Stored cases of registries. */
export const suiteAgain = again({
  suite: registrySuite,
  withOptions: withRegistryOptions,
  naming: ["url", "server", "bundled-arg"],
  exclusive: [["user", "authfile"]],
  async open(command, given, testCase) {
    const options = command.opts<Omit<RegistryReach, "given" | "out">>();
    checkReach(options);
    // A case with an image that is there was made where nothing may be written.
    return RegistryTarget.open({ ...options, given, out: ".oci-conform" }, testCase.given === undefined);
  },
});
