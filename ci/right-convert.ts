import type { Json } from "../runners/image/case.js";
import { objectOf, Refusal } from "./right-layout.js";
import type { Fault } from "./right-unpack.js";

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === "string") : []);
const PREFIX = "org.opencontainers.image.";

/** Reads a file of the image. */
type Read = (path: string) => string;

const linesOf = (text: string): string[][] => text.split("\n").map((line) => line.split(":"));

/** The line of a name in a file of users or groups. @throws Refusal */
function lineOf(read: Read, path: string, name: string): readonly string[] {
  const found = linesOf(read(path)).find(([first]) => first === name);
  if (!found || name === "") throw new Refusal(`there is no ${name} in ${path}`);
  return found;
}

/** The line of a user who is given by its number, where there is one. */
const listed = (read: Read, uid: string): readonly string[] | undefined => linesOf(read("etc/passwd")).find(([, , each]) => each === uid);

/** The user of a config, and the line of etc/passwd that tells of it. @throws Refusal */
function userOf(user: unknown, read: Read, fault: Fault | undefined) {
  if (typeof user !== "string" || user === "") return { user: { uid: 0, gid: 0 } };
  const [name = "", group, ...more] = user.split(":");
  if (more.length > 0) throw new Refusal(`the user ${user} has more than one group`);
  const isNumber = (word: string): boolean =>
    /^\d+$/.test(word) && !(fault === "names-before-numbers" && linesOf(read("etc/passwd")).some(([first]) => first === word));
  const line = isNumber(name) ? listed(read, name) : lineOf(read, "etc/passwd", name);
  const own = group === undefined || /^\d+$/.test(group) ? group : lineOf(read, "etc/group", group)[2];
  const members = linesOf(read("etc/group")).filter(([, , , names]) => names?.split(",").includes(name));
  const id = (text: string | undefined): number => (fault === "ids-of-32-bits" ? Number(text) % 2 ** 32 : Number(text));
  return {
    user: {
      uid: id(isNumber(name) ? name : line?.[2]),
      gid: fault === "group-always-root" ? 0 : id(own ?? line?.[3] ?? "0"),
      ...(!isNumber(name) && group === undefined ? { additionalGids: members.map(([, , gid]) => id(gid)) } : {}),
    },
    ...(line?.[5] ? { home: line[5] } : {}),
  };
}

/** The variables of a process. */
function variablesOf(env: readonly string[], home: string | undefined, fault: Fault | undefined): string[] {
  const nameOf = (each: string): string => each.slice(0, each.indexOf("="));
  const more = env.some((each) => nameOf(each) === "PATH") ? [] : ["PATH=/usr/bin"];
  if (home !== undefined && !env.some((each) => nameOf(each) === "HOME")) more.push(`HOME=${home}`);
  if (fault === "home-by-passwd" && home !== undefined)
    return [...more, ...env.map((each) => (nameOf(each) === "HOME" ? `HOME=${home}` : each))];
  if (fault === "last-value-wins")
    return [...more, ...env.filter((each, at) => !env.slice(at + 1).some((later) => nameOf(later) === nameOf(each)))];
  return [...more, ...env];
}

/** The config of a runtime bundle: conversion.md, read anew. @throws Refusal */
export function convert(image: Readonly<Record<string, unknown>>, read: Read, fault?: Fault): Json {
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
  const { user, home } = userOf(config.User, read, fault);
  const annotations: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (typeof value === "string" && value !== "") annotations[PREFIX + name] = value;
  // What the image's author says by a label goes before what follows from a field.
  for (const [key, value] of Object.entries(objectOf(config.Labels))) if (typeof value === "string") annotations[key] = value;
  return {
    ociVersion: "1.0.2",
    process: {
      user,
      args: args.length > 0 ? args : ["sh"],
      env: variablesOf(env, home, fault),
      cwd: typeof config.WorkingDir === "string" && config.WorkingDir !== "" ? config.WorkingDir : "/",
    },
    annotations,
    mounts: Object.keys(objectOf(config.Volumes)).map((destination) => ({ destination, type: "tmpfs", source: "tmpfs" })),
  };
}
