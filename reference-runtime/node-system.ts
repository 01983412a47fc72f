import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { System } from "./system.js";

/** The machine that this process runs on. */
export const nodeSystem: System = {
  arch: process.arch,
  uid: process.geteuid?.() ?? 0,
  gid: process.getegid?.() ?? 0,
  fault: process.env.OCI_REF_FAULT,
  cwd: () => process.cwd(),
  read: (path) => readFileSync(path === "-" ? 0 : path, "utf8"),
  list: (directory) => readdirSync(directory),
  create: (path, text) => writeFileSync(path, text, { flag: "wx" }),
};
