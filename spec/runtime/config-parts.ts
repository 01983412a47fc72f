/** One of the values that the spec lists. Others are representable too, since a fault may well be another string. */
export type OpenEnum<Known extends string> = Known | (string & Record<never, never>);

/** A range of user or group ids: of the user namespace, or of an id-mapped mount. */
export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}
