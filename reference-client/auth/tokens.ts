import { objectIn } from "../content/descriptor.js";
import { Failure, oneLine } from "../failure.js";
import { readAll } from "../http/body.js";
import type { Call, Send } from "../http/message.js";
import { placeOf, withParameter } from "../http/place.js";
import { refusal } from "../http/refusal.js";
import type { Challenge } from "./challenges.js";
import { basic, type Credentials } from "./credentials.js";

/** A token is short: a header has to hold it. */
const MOST = 65_536;

/**
 * Gets a token from the place that a challenge names, for what it says that is needed. Without credentials it is one for anybody.
 * @param from the origin that asks for the token.
 * @throws Failure where there is none to be had, and where the credentials would go there unencrypted, but the registry's own connection is.
 */
export async function fetchToken(send: Send, from: string, { parameters }: Challenge, credentials?: Credentials): Promise<string> {
  const { realm = "", service, scope } = parameters;
  let place = placeOf(realm);
  if (from.startsWith("https:") && !place.origin.startsWith("https:"))
    throw new Failure(`${from} wants a token of ${oneLine(realm)}, which is not encrypted`);
  if (service !== undefined) place = withParameter(place, `service=${encodeURIComponent(service)}`);
  for (const each of scope?.split(" ").filter((word) => word !== "") ?? [])
    place = withParameter(place, `scope=${encodeURIComponent(each)}`);
  const call: Call = { method: "GET", place, headers: credentials ? { authorization: basic(credentials) } : {} };
  const answer = await send(call);
  if (answer.status !== 200) throw await refusal("getting a token", call, answer);
  const token = tokenIn(await readAll(answer, MOST));
  if (token === undefined) throw new Failure(`getting a token: GET ${place.origin}${place.target}: there is none in the answer`);
  return token;
}

function tokenIn(body: Buffer): string | undefined {
  try {
    const { token, access_token: other } = objectIn(body);
    // What is no visible character cannot be sent in a header.
    return [token, other].find((each): each is string => typeof each === "string" && /^[\x21-\x7e]+$/.test(each));
  } catch {
    return undefined;
  }
}
