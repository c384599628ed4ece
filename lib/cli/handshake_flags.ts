/**
 * The flags about the handshake, which `connect` and `doctor` share.
 *
 * @module
 */

import { type FlagNames, type Flags, readUrl } from "./flags.ts";
import type { ProcessIo } from "./terminal/command_io.ts";
import { UsageError } from "./usage_error.ts";

/** A handshake as the flags describe it. */
export interface HandshakePlan {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string | undefined;
  /** Whether the token may cross a network over plain `ws:`. */
  readonly allowInsecure: boolean;
}

/** The flags of a handshake. */
export const HANDSHAKE_FLAGS = {
  switches: ["allow-insecure"],
  values: ["header", "protocol", "token-env"],
  alias: { header: "H", protocol: "p" },
} satisfies FlagNames;

/** The lines about these flags in a help text. */
export const HANDSHAKE_HELP =
  `  -H, --header 'NAME: VALUE'  add a handshake header; can be repeated
  -p, --protocol NAME         offer a subprotocol; can be repeated
      --token-env NAME        send the bearer token that this variable holds
      --allow-insecure        … also over plain ws: to another machine
`;

/** RFC 9110, 5.1: the name is a token; the value's ends are trimmed. */
const HEADER = /^([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*?)\s*$/;

/**
 * Reads the URL and the flags of a handshake.
 *
 * @throws {UsageError} A wrong value, or not exactly one URL.
 */
export function readHandshake(
  flags: Flags,
  io: Pick<ProcessIo, "environment">,
): HandshakePlan {
  return {
    url: readUrl(flags.positionals),
    protocols: flags.texts("protocol"),
    headers: headersOf(flags),
    token: tokenOf(flags, io),
    allowInsecure: flags.has("allow-insecure"),
  };
}

/** Joins the values of a name, which has no case (RFC 9110, 5.1 to 5.3). */
function headersOf(flags: Flags): Readonly<Record<string, string>> {
  const headers = new Map<string, readonly [name: string, value: string]>();
  for (const header of flags.texts("header")) {
    const [name, value] = parseHeader(header);
    const id = name.toLowerCase();
    const before = headers.get(id);
    // RFC 6265, 5.4: the pairs of a cookie have another separator.
    const separator = id === "cookie" ? "; " : ", ";
    headers.set(
      id,
      before === undefined
        ? [name, value]
        : [before[0], before[1] + separator + value],
    );
  }
  return Object.fromEntries(headers.values());
}

function parseHeader(header: string): readonly [name: string, value: string] {
  const [, name, value] = HEADER.exec(header) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  // The value may be a secret, so the message does not repeat it.
  throw new UsageError("--header must look like 'Name: value'");
}

function tokenOf(
  flags: Flags,
  io: Pick<ProcessIo, "environment">,
): string | undefined {
  const name = flags.text("token-env");
  if (name === undefined) return undefined;
  const token = io.environment(name);
  if (token !== undefined && token !== "") return token;
  throw new UsageError(
    `--token-env names ${name}, which is not set in the environment`,
  );
}
