import { ATTR, MS } from "../../spec/runtime/mount-numbers.js";

/** What an option of config.json means: flags of mount(2) and of mount_setattr(2), to set or to clear. */
export interface Meaning {
  readonly set?: number;
  readonly clear?: number;
  /** MOUNT_ATTR_*: for bind mounts, remounts and the recursive options. */
  readonly attributes?: readonly [set: number, clear: number];
  readonly recursive?: boolean;
}

const plain: Readonly<Record<string, Meaning>> = {
  ro: { set: MS.RDONLY, attributes: [ATTR.RDONLY, 0] },
  rw: { clear: MS.RDONLY, attributes: [0, ATTR.RDONLY] },
  nosuid: { set: MS.NOSUID, attributes: [ATTR.NOSUID, 0] },
  suid: { clear: MS.NOSUID, attributes: [0, ATTR.NOSUID] },
  nodev: { set: MS.NODEV, attributes: [ATTR.NODEV, 0] },
  dev: { clear: MS.NODEV, attributes: [0, ATTR.NODEV] },
  noexec: { set: MS.NOEXEC, attributes: [ATTR.NOEXEC, 0] },
  exec: { clear: MS.NOEXEC, attributes: [0, ATTR.NOEXEC] },
  nosymfollow: { set: MS.NOSYMFOLLOW, attributes: [ATTR.NOSYMFOLLOW, 0] },
  symfollow: { clear: MS.NOSYMFOLLOW, attributes: [0, ATTR.NOSYMFOLLOW] },
  nodiratime: { set: MS.NODIRATIME, attributes: [ATTR.NODIRATIME, 0] },
  diratime: { clear: MS.NODIRATIME, attributes: [0, ATTR.NODIRATIME] },
  noatime: { set: MS.NOATIME, attributes: [ATTR.NOATIME, ATTR.ATIME] },
  atime: { clear: MS.NOATIME, attributes: [0, ATTR.ATIME] },
  relatime: { set: MS.RELATIME, attributes: [0, ATTR.ATIME] },
  // What remains when times are updated neither relatively nor not at all: always.
  norelatime: { set: MS.STRICTATIME, clear: MS.RELATIME, attributes: [ATTR.STRICTATIME, ATTR.ATIME] },
  strictatime: { set: MS.STRICTATIME, attributes: [ATTR.STRICTATIME, ATTR.ATIME] },
  nostrictatime: { clear: MS.STRICTATIME, attributes: [0, ATTR.ATIME] },
};

const superblock: Readonly<Record<string, Meaning>> = {
  sync: { set: MS.SYNCHRONOUS },
  async: { clear: MS.SYNCHRONOUS },
  dirsync: { set: MS.DIRSYNC },
  mand: { set: MS.MANDLOCK },
  nomand: { clear: MS.MANDLOCK },
  lazytime: { set: MS.LAZYTIME },
  nolazytime: { clear: MS.LAZYTIME },
  iversion: { set: MS.I_VERSION },
  noiversion: { clear: MS.I_VERSION },
  silent: { set: MS.SILENT },
  loud: { clear: MS.SILENT },
  defaults: {},
};

const recursive = Object.fromEntries(
  Object.entries(plain).flatMap(([name, { attributes }]) => (attributes ? [[`r${name}`, { attributes, recursive: true }]] : [])),
);

/** Every option that is flags; the rest is for the mount's kind, its propagation, or the file system. */
export const MEANINGS: ReadonlyMap<string, Meaning> = new Map(Object.entries({ ...recursive, ...plain, ...superblock }));
