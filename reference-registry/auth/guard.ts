import type { Handler } from "../http/call.js";
import { refusal } from "../http/reply.js";
import { bearerGuard } from "./bearer.js";
import { type AuthOptions, knows } from "./credentials.js";

/** Lets only those in who prove who they are (spec.md#determining-support; RFC 9110, section 11). */
export const guard = (options: AuthOptions, handler: Handler): Handler =>
  options.kind === "bearer" ? bearerGuard(options, handler) : basicGuard(options, handler);

const basicGuard =
  (options: AuthOptions, handler: Handler): Handler =>
  (call) =>
    knows(options, call.headers.authorization)
      ? handler(call)
      : refusal(401, "UNAUTHORIZED", "a user and password are needed", undefined, {
          "WWW-Authenticate": 'Basic realm="oci-conform reference registry", charset="UTF-8"',
        });
