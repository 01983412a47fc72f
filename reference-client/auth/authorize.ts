import type { Hooks } from "../faults/hooks.js";
import { discard } from "../http/body.js";
import type { Answer, Call, Send, Wrap } from "../http/message.js";
import { type Challenge, challengesIn } from "./challenges.js";
import { basic, type Credentials, type CredentialsOf } from "./credentials.js";
import { fetchToken } from "./tokens.js";

/** What is known of how to be let in, by origin and repository: credentials and tokens of one are none of another's. */
type Known = Map<string, string>;

const REPOSITORY = /^\/v2\/(.+)\/(?:blobs|manifests|tags|referrers)\//;

const keyOf = ({ place: { origin, target } }: Call): string => `${origin} ${REPOSITORY.exec(target)?.[1] ?? ""}`;

/**
 * Answers 401 with credentials, or with a token that these buy, and sends along with later requests to the same repository of the same host what
 * was accepted. When that is not accepted any longer (a token has expired, or was for something else) a new one is got, once for each request.
 * @param getTokens sends the requests for tokens.
 */
export const authorizing =
  (credentialsOf: CredentialsOf, getTokens: Send, hooks: Hooks): Wrap =>
  (send) => {
    const known: Known = new Map();
    const mine = hooks.has("credentials-for-others") ? forOthers(credentialsOf) : credentialsOf;
    return async (call) => {
      const isAlong = hooks.has("credentials-along") || (hooks.has("plain") && call.place.origin.startsWith("http:"));
      const key = isAlong ? ([...known.keys()].at(-1) ?? keyOf(call)) : keyOf(call);
      const old = known.get(key);
      const first = await send(old === undefined ? call : authorized(call, old));
      if (first.status !== 401) return first;
      const credential = await credentialFor(call, first, hooks.has("credentials-of-source") ? ofSource(call, mine) : mine, getTokens);
      if (credential === undefined) return first;
      await discard(first);
      const second = await send(authorized(call, credential));
      if (second.status === 401) known.delete(key);
      else known.set(key, credential);
      return second;
    };
  };

/** A fault: whoever asks gets the credentials of the one before. */
function forOthers(credentialsOf: CredentialsOf): CredentialsOf {
  let last: Credentials | undefined;
  return (host) => {
    last = credentialsOf(host) ?? last;
    return last;
  };
}

/** A fault: a proxy gets the credentials of the registry that it stands for. */
const ofSource = ({ place }: Call, credentialsOf: CredentialsOf): CredentialsOf => {
  const source = new URLSearchParams(place.target.replace(/^[^?]*/, "")).get("ns");
  return (host) => credentialsOf(source ?? host);
};

const authorized = (call: Call, authorization: string): Call => ({ ...call, headers: { ...call.headers, authorization } });

/** What the first challenge that can be met wants; challenges of schemes that are not known here are passed over. */
async function credentialFor(call: Call, answer: Answer, credentialsOf: CredentialsOf, getTokens: Send): Promise<string | undefined> {
  const { origin } = call.place;
  const credentials = credentialsOf(new URL(origin).host);
  let failed: unknown;
  for (const challenge of challengesIn(answer.headers["www-authenticate"] ?? "")) {
    if (challenge.scheme === "basic" && credentials) return basic(credentials);
    if (!isBearer(challenge)) continue;
    try {
      return `Bearer ${await fetchToken(getTokens, origin, challenge, credentials)}`;
    } catch (thrown) {
      failed ??= thrown;
    }
  }
  if (failed !== undefined) throw failed;
  return undefined;
}

const isBearer = ({ scheme, parameters }: Challenge): boolean => scheme === "bearer" && parameters.realm !== undefined;
