import create from "../../../../suites/runtime/lifecycle/create.js";
import remove from "../../../../suites/runtime/lifecycle/delete.js";
import kill from "../../../../suites/runtime/lifecycle/kill.js";
import allFive from "../../../../suites/runtime/lifecycle/operations.js";
import start from "../../../../suites/runtime/lifecycle/start.js";
import { joined } from "../fixture.js";

/** The sections of the operations but for `state`. */
export const operations = joined(allFive, create, start, kill, remove);
