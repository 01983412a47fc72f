import { isIdempotent, type Wrap } from "./message.js";
import { Unanswered } from "./wire.js";

/**
 * A registry may close a connection on which nothing goes on just when the next request is sent on it. Such a request is made once more, on a
 * connection of its own, if that changes nothing (RFC 9110, section 9.2.2).
 */
export const again: Wrap = (send) => async (call) => {
  try {
    return await send(call);
  } catch (thrown) {
    if (!(thrown instanceof Unanswered && thrown.stale && isIdempotent(call))) throw thrown;
    return send({ ...call, once: true });
  }
};
