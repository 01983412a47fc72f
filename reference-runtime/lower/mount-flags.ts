/** What an option of config.json means: flags of mount(2) and of mount_setattr(2), to set or to clear. */
export interface Meaning {
  readonly set?: number;
  readonly clear?: number;
  /** MOUNT_ATTR_*: for bind mounts, remounts and the recursive options. */
  readonly attributes?: readonly [set: number, clear: number];
  readonly recursive?: boolean;
}

const ATIME = 0x70;
const plain: Readonly<Record<string, Meaning>> = {
  ro: { set: 1, attributes: [1, 0] },
  rw: { clear: 1, attributes: [0, 1] },
  nosuid: { set: 2, attributes: [2, 0] },
  suid: { clear: 2, attributes: [0, 2] },
  nodev: { set: 4, attributes: [4, 0] },
  dev: { clear: 4, attributes: [0, 4] },
  noexec: { set: 8, attributes: [8, 0] },
  exec: { clear: 8, attributes: [0, 8] },
  nosymfollow: { set: 256, attributes: [0x200000, 0] },
  symfollow: { clear: 256, attributes: [0, 0x200000] },
  nodiratime: { set: 2048, attributes: [0x80, 0] },
  diratime: { clear: 2048, attributes: [0, 0x80] },
  noatime: { set: 1024, attributes: [0x10, ATIME] },
  atime: { clear: 1024, attributes: [0, ATIME] },
  relatime: { set: 1 << 21, attributes: [0, ATIME] },
  // What remains when times are updated neither relatively nor not at all: always.
  norelatime: { set: 1 << 24, clear: 1 << 21, attributes: [0x20, ATIME] },
  strictatime: { set: 1 << 24, attributes: [0x20, ATIME] },
  nostrictatime: { clear: 1 << 24, attributes: [0, ATIME] },
};

const superblock: Readonly<Record<string, Meaning>> = {
  sync: { set: 16 },
  async: { clear: 16 },
  dirsync: { set: 128 },
  mand: { set: 64 },
  nomand: { clear: 64 },
  lazytime: { set: 1 << 25 },
  nolazytime: { clear: 1 << 25 },
  iversion: { set: 1 << 23 },
  noiversion: { clear: 1 << 23 },
  silent: { set: 1 << 15 },
  loud: { clear: 1 << 15 },
  defaults: {},
};

const recursive = Object.fromEntries(
  Object.entries(plain).flatMap(([name, { attributes }]) => (attributes ? [[`r${name}`, { attributes, recursive: true }]] : [])),
);

/** Every option that is flags; the rest is for the mount's kind, its propagation, or the file system. */
export const MEANINGS: ReadonlyMap<string, Meaning> = new Map(Object.entries({ ...recursive, ...plain, ...superblock }));
