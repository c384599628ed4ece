/**
 * Keeps the secrets of a plan out of what `doctor` shows: a server or a proxy may
 * send them back.
 *
 * @module
 */

import { hideSecrets } from "../../identity/hide.ts";
import { secretsOfHeader, secretsOfUrl } from "../../identity/known_secrets.ts";
import type { Finding } from "./diagnosis.ts";
import type { OpeningPlan } from "./opening_steps.ts";

/** What shows that a subprotocol carries a token: its name, or its length. */
const CREDENTIALS = /auth|bearer|jwt|key|secret|token/i;
const LONG_NAME = 40;
/** Shorter parts of a subprotocol are words of its name. */
const SHORTEST_TOKEN = 16;

/** Gives all secrets of a plan. */
export function secretsOf(
  { url, headers, token, protocols, route }: OpeningPlan,
): readonly string[] {
  return [
    ...token === undefined ? [] : [token],
    ...Object.entries(headers).flatMap(secretsOfHeader),
    ...secretsOfUrl(url.href),
    ...protocols.flatMap(secretsOfProtocol),
    ...route.kind === "proxy" ? secretsOfUrl(route.url.href) : [],
  ];
}

/** Hides secrets in all that is shown of a finding. */
export function withoutSecrets(
  finding: Finding,
  secrets: readonly string[],
): Finding {
  const { summary, details, advice } = finding;
  const hide = (text: string) => hideSecrets(text, secrets);
  return {
    ...finding,
    summary: hide(summary),
    ...details && { details: details.map(hide) },
    ...advice !== undefined && { advice: hide(advice) },
  };
}

/** The whole, and what may be the token behind a prefix, such as `auth.`. */
function secretsOfProtocol(protocol: string): readonly string[] {
  if (protocol.length < LONG_NAME && !CREDENTIALS.test(protocol)) return [];
  const parts = protocol.split(".");
  return parts.map((_, index) => parts.slice(index).join("."))
    .filter(({ length }) => length >= SHORTEST_TOKEN);
}
