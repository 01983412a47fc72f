#!/usr/bin/env node
import { writeSync } from "node:fs";
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

if (!answeredAtOnce()) await import("./process.js");
