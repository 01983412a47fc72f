#!/usr/bin/env node
import { writeSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { toolVersion } from "./tool-version.js";

/** Answers what scripts ask first before anything else is loaded or opened; false when it is another question, or the answer goes nowhere. */
function answeredAtOnce(): boolean {
  const [, , name] = process.argv;
  if (name !== "--version" && name !== "-V") return false;
  try {
    writeSync(1, `oci-conform ${toolVersion()}\n`);
    return true;
  } catch {
    return false;
  }
}

/**
 * How much a function must have run before V8 compiles it again to be faster (its own choice is an eighth of that): there are hundreds of small
 * checks, and over a run of some seconds compiling them costs more than it saves. A long run soon gets there.
 */
setFlagsFromString("--interrupt-budget=1000000");

if (!answeredAtOnce()) await import("./process.js");
