import type { Json } from "../runners/image/case.js";
import { objectOf, Refusal } from "./right-layout.js";

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === "string") : []);
const PREFIX = "org.opencontainers.image.";

/** Reads a file of the image. */
type Read = (path: string) => string;

/** The line of a name in a file of users or groups. @throws Refusal */
function lineOf(read: Read, path: string, name: string): readonly string[] {
  const lines = read(path)
    .split("\n")
    .map((line) => line.split(":"));
  const found = lines.find(([first]) => first === name);
  if (!found) throw new Refusal(`there is no ${name} in ${path}`);
  return found;
}

/** The user of a config. @throws Refusal */
function userOf(user: unknown, read: Read): { readonly [name: string]: Json } {
  if (typeof user !== "string" || user === "") return { uid: 0, gid: 0 };
  const [name = "", group] = user.split(":");
  const isNumber = /^\d+$/;
  const line = isNumber.test(name) ? undefined : lineOf(read, "etc/passwd", name);
  const own = group === undefined || isNumber.test(group) ? group : lineOf(read, "etc/group", group)[2];
  const groups = read("etc/group")
    .split("\n")
    .map((each) => each.split(":"));
  const more = groups.filter(([, , , members]) => members?.split(",").includes(name)).map(([, , gid]) => Number(gid));
  return {
    uid: Number(line?.[2] ?? name),
    gid: Number(own ?? line?.[3] ?? 0),
    ...(line && group === undefined ? { additionalGids: more } : {}),
  };
}

/** The config of a runtime bundle: conversion.md, read anew. @throws Refusal */
export function convert(image: Readonly<Record<string, unknown>>, read: Read): Json {
  const config = objectOf(image.config);
  const env = strings(config.Env);
  const args = [...strings(config.Entrypoint), ...strings(config.Cmd)];
  const fields: Record<string, unknown> = {
    os: image.os,
    architecture: image.architecture,
    variant: image.variant,
    "os.version": image["os.version"],
    "os.features": strings(image["os.features"]).join(","),
    author: image.author,
    created: image.created,
    stopSignal: config.StopSignal,
    exposedPorts: Object.keys(objectOf(config.ExposedPorts)).join(","),
  };
  const annotations: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (typeof value === "string" && value !== "") annotations[PREFIX + name] = value;
  // What the image's author says by a label goes before what follows from a field.
  for (const [key, value] of Object.entries(objectOf(config.Labels))) if (typeof value === "string") annotations[key] = value;
  return {
    ociVersion: "1.0.2",
    process: {
      user: userOf(config.User, read),
      args: args.length > 0 ? args : ["sh"],
      env: env.some((each) => each.startsWith("PATH=")) ? env : ["PATH=/usr/bin", ...env],
      cwd: typeof config.WorkingDir === "string" && config.WorkingDir !== "" ? config.WorkingDir : "/",
    },
    annotations,
    mounts: Object.keys(objectOf(config.Volumes)).map((destination) => ({ destination, type: "tmpfs", source: "tmpfs" })),
  };
}
