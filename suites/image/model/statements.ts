/**
 * The statements that decide what a stack of layers comes to, by what the model uses them for. The ids are those of
 * spec/image/requirements.yaml; a test holds the two together.
 */
export const STATEMENTS = {
  /** What comes of applying the layers in order: all that no narrower statement decides. */
  extracted: "image.manifest.final-filesystem",
  /** Times, owners, modes, extended attributes and links are those of the entry. */
  attributes: "image.layer.attributes-applied",
  /** Both directories: the attributes are the entry's, and what is in it stays. */
  directory: "image.layer.directory-over-directory",
  /** In all other cases what was there is removed first. */
  replaced: "image.layer.other-replaced",
  /** A whiteout removes the path. */
  whiteout: "image.layer.whiteout-removes",
  /** A whiteout is not to be seen itself. */
  hidden: "image.layer.whiteout-hidden",
  /** A whiteout leaves alone what comes with its own layer. */
  lowerOnly: "image.layer.whiteout-applies-to-lower-layers-only",
  /** An opaque marker removes all children. */
  opaque: "image.layer.opaque-hides-lower-children",
  /** It comes first, wherever its entry is, and hides nothing of its own layer. */
  opaqueFirst: "image.layer.opaque-any-order",
  /** `.wh.` alone names nothing. */
  bare: "image.layer.bare-whiteout-refused",
} as const;
