/**
 * The statements that decide what a stack of layers comes to, by what the model uses them for. The ids are those of
 * spec/image/requirements.yaml; a test holds the two together.
 */
export const LAW = {
  /** Without whiteouts a layer is extracted like any tar archive. */
  extracted: "image.layer.apply.extracted-like-tar",
  /** Both directories: the attributes are the entry's. */
  directoryAttributes: "image.layer.apply.directory-attributes-replaced",
  /** In all other cases what was there is removed first. */
  replaced: "image.layer.apply.existing-path-replaced",
  /** A whiteout removes the path. */
  whiteout: "image.layer.whiteout.removes-path",
  /** A whiteout is not to be seen itself. */
  hidden: "image.layer.whiteout.itself-hidden",
  /** A whiteout leaves alone what comes with its own layer. */
  lowerOnly: "image.layer.whiteout.applies-to-lower-layers-only",
  /** An opaque whiteout removes all children. */
  opaque: "image.layer.opaque.hides-all-children",
  /** It comes first, wherever its entry is. */
  opaqueFirst: "image.layer.opaque.applied-first",
  /** `.wh.` alone names nothing. */
  bare: "image.layer.whiteout.bare-name-is-error",
  /** User and group names are not looked at. */
  namesIgnored: "image.layer.attributes.names-ignored",
  mtime: "image.layer.attributes.mtime",
  uid: "image.layer.attributes.uid",
  gid: "image.layer.attributes.gid",
  mode: "image.layer.attributes.mode",
  xattrs: "image.layer.attributes.xattrs",
  target: "image.layer.attributes.symlink-target",
  hardlink: "image.layer.attributes.hardlink",
  /** Hard links of one file are the same file. */
  sameInode: "image.layer.hardlinks.same-inode",
} as const;
