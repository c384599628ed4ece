/** Sockets with a session, and what their tests wait for. */

import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type SessionOpening,
  type UrlSource,
} from "@holdfast/websocket";
import { Heard } from "../../server/listening.ts";
import { next } from "../waiting.ts";

export const FAST = {
  strategy: "exponential",
  initialDelay: 1,
  maxDelay: 10,
} as const;

export function echo(): Heard {
  return new Heard((message) => message.reply(`re ${message.data}`));
}

export function connect(
  url: UrlSource,
  options: ReconnectingWebSocketOptions = {},
): ReconnectingWebSocket {
  return new ReconnectingWebSocket(url, ["chat"], {
    session: true,
    backoff: FAST,
    allowInsecure: true,
    ...options,
  });
}

export function openings(
  socket: ReconnectingWebSocket,
): readonly SessionOpening[] {
  const list: SessionOpening[] = [];
  socket.addEventListener("open", ({ session }) => {
    if (session) list.push(session);
  });
  return list;
}

/** Waits until something is true, looking again with each event. */
export async function until(
  socket: ReconnectingWebSocket,
  type: "message" | "open",
  isTrue: () => boolean,
): Promise<void> {
  while (!isTrue()) await next(socket, type);
}

export function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Breaks the workers of sockets with its hooks. */
export class Killer implements Disposable {
  readonly #name = crypto.randomUUID();
  readonly #channel = new BroadcastChannel(this.#name);

  get hooks(): URL {
    const url = new URL("../chaos/killer_hooks.ts", import.meta.url);
    url.searchParams.set("channel", this.#name);
    return url;
  }

  kill(): void {
    this.#channel.postMessage("throw");
  }

  [Symbol.dispose](): void {
    this.#channel.close();
  }
}
