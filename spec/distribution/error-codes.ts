/** A code of the error table: the situation that it is for, and the statuses that usually come with it. */
export interface ErrorSituation {
  readonly situation: string;
  readonly statuses: readonly number[];
}

/** The codes that an error in JSON may have; they are the same in all releases. */
export const ERROR_CODES = {
  BLOB_UNKNOWN: { situation: "the repository does not have the blob", statuses: [404] },
  BLOB_UPLOAD_INVALID: { situation: "an upload cannot go on as the request wants it to", statuses: [400, 404, 416] },
  BLOB_UPLOAD_UNKNOWN: { situation: "there is no such upload session, or no longer", statuses: [404] },
  DIGEST_INVALID: { situation: "the digest is not one, or is not the digest of the content", statuses: [400] },
  MANIFEST_BLOB_UNKNOWN: { situation: "a manifest references content that the registry does not have", statuses: [400, 404] },
  MANIFEST_INVALID: { situation: "a manifest cannot be read, or contradicts itself or the request", statuses: [400, 413] },
  MANIFEST_UNKNOWN: { situation: "the repository does not have the manifest or the tag", statuses: [404] },
  NAME_INVALID: { situation: "the repository name is outside of the grammar", statuses: [400, 404] },
  NAME_UNKNOWN: { situation: "there is no such repository", statuses: [404] },
  SIZE_INVALID: { situation: "the content is not as long as the request says", statuses: [400, 413, 416] },
  UNAUTHORIZED: { situation: "the client has to say who it is", statuses: [401] },
  DENIED: { situation: "the client may not do this", statuses: [403] },
  UNSUPPORTED: { situation: "the registry does not implement the operation, or has it switched off", statuses: [400, 405, 415] },
  TOOMANYREQUESTS: { situation: "the client asks too often", statuses: [429] },
} as const satisfies Readonly<Record<string, ErrorSituation>>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Codes for Docker's schema1, which a registry may still use since 1.1.1. */
export const SCHEMA1_CODES = ["TAG_INVALID", "MANIFEST_UNVERIFIED"] as const;

/** Whether the text is a code of the table. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text);

/** Uppercase letters and underscores alone: the form of every code. */
export const ERROR_CODE = /^[A-Z_]+$/;
