/**
 * A hooks module whose behaviour is asked for in its own URL, such as
 * `header_hooks.ts?token=throws`.
 *
 * @module
 */

import type { Hooks } from "@holdfast/websocket";

const ways = new URL(import.meta.url).searchParams;
let tokens = 0;

if (ways.has("load")) throw new RangeError("not today");

/** Gives a new token each time. */
export const token: Hooks["token"] = () => {
  tokens += 1;
  return act("token") ?? `hook-token-${tokens}`;
};

/** Says hello and waits for the echo. */
export const greeting: Hooks["greeting"] = async (session) => {
  await act("greeting");
  session.send(`hello ${session.token}`);
  const answer = await session.receive();
  if (answer !== `hello ${session.token}`) throw new Error(`Got ${answer}`);
};

/** A ping of the application's own. */
export const ping: Hooks["ping"] = () => {
  act("ping");
  return "hook-ping";
};

/** Its echo answers it. */
export const isPong: Hooks["isPong"] = (data) => {
  act("isPong");
  return data === "hook-ping";
};

/** Goes the way that is asked for; `undefined` is the usual one. */
function act(hook: string): Promise<never> | undefined {
  switch (ways.get(hook)) {
    case "throws":
      throw new TypeError(`${hook} threw`);
    case "rejects":
      return Promise.reject(new TypeError(`${hook} rejected`));
    case "hangs":
      return new Promise(() => {});
    case "refuses": {
      const error = new Error("Token Expired");
      error.name = "AuthenticationError";
      throw error;
    }
    case "blocks":
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return undefined;
    default:
      return undefined;
  }
}
