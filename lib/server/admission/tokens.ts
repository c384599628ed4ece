/**
 * Signs and verifies resume tokens.
 *
 * @module
 */

import { type Hmac, hmacSha256 } from "../../platform/hmac.ts";
import {
  decodeToken,
  encodeToken,
  isSameMac,
  macInput,
  tokenBody,
  type TokenClaims,
} from "../../session/wire/token.ts";

/** A secret of a server, as text or bytes: at least 16 bytes, better 32. */
export type SessionKey = string | Uint8Array;

interface Key {
  readonly id: number;
  readonly mac: Hmac;
}

/** A shorter key could be guessed. */
const MIN_KEY_BYTES = 16;

/** The tokens of one or several keys. */
export class Tokens {
  readonly #keys: Promise<readonly Key[]>;

  /**
   * Takes the keys; the first one signs.
   *
   * @throws {RangeError} If there is none, or if one is too short.
   */
  constructor(keys: readonly SessionKey[]) {
    if (keys.length === 0) throw new RangeError("A session server needs a key");
    this.#keys = Promise.all(keys.map(keyBytes).map(keyOf));
  }

  /** Resolves when the keys are made, in another thread. */
  async ready(): Promise<void> {
    await this.#keys;
  }

  /** Writes a token. */
  async sign(
    { session, counter, principal }:
      & Pick<TokenClaims, "session" | "counter">
      & { readonly principal: string },
  ): Promise<string> {
    const [key] = await this.#keys;
    const body = tokenBody({ keyId: key!.id, session, counter });
    return encodeToken(body, await key!.mac(macInput(body, principal)));
  }

  /** What a token says, or `undefined` if it is not genuine for this principal. */
  async verify(
    token: string,
    principal: string,
  ): Promise<Pick<TokenClaims, "session" | "counter"> | undefined> {
    const decoded = decodeToken(token);
    if (decoded === undefined) return undefined;
    const { keyId, session, counter, body, mac } = decoded;
    const input = macInput(body, principal);
    for (const key of await this.#keys) {
      if (key.id === keyId && isSameMac(await key.mac(input), mac)) {
        return { session, counter };
      }
    }
    return undefined;
  }
}

function keyBytes(key: SessionKey): Uint8Array<ArrayBuffer> {
  const bytes = typeof key === "string"
    ? new TextEncoder().encode(key)
    : new Uint8Array(key);
  if (bytes.length >= MIN_KEY_BYTES) return bytes;
  throw new RangeError(
    `A session key needs at least ${MIN_KEY_BYTES} bytes, and not ${bytes.length}`,
  );
}

/** The id is derived: a key keeps it when another one is put in front. */
async function keyOf(key: Uint8Array<ArrayBuffer>): Promise<Key> {
  const mac = hmacSha256(key);
  const [id] = await mac(new TextEncoder().encode("holdfast key id"));
  return { id: id!, mac };
}
