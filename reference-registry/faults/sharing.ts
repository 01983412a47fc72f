import { type Fault, nameIn, renamed, type Where, wrapped } from "./fault.js";

/** What one repository does not have is taken from any other. */
export const sharing = (name: string, requirement: string, where: Where): Fault =>
  wrapped(name, requirement, (handler) => {
    const names = new Set<string>();
    return async (call) => {
      const reply = await handler(call);
      if (reply.status === 201 || reply.status === 202) names.add(nameIn(call));
      if (reply.status !== 404 || !where(call)) return reply;
      for (const other of names) {
        const found = await handler(renamed(call, other));
        if (found.status < 300) return found;
      }
      return reply;
    };
  });
