/**
 * The receiver of the npm package `ws`, as a reference to judge ours by.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as ws from "ws";
import type { Role } from "../../../lib/rfc6455/frame.ts";
import { Receiver } from "../../../lib/rfc6455/receiver.ts";
import type { MessageInflater } from "../../../lib/rfc6455/deflate/message_inflater.ts";
import type { ProtocolFault } from "../../../lib/rfc6455/fault.ts";

/** What both receivers are given. */
export interface ReceiveOptions {
  readonly role: Role;
  readonly maxMessageSize: number;
}

/**
 * What a receiver notified of, as text that is quick to compare: the payload
 * is in Latin-1, a character for each byte.
 */
export interface Verdict {
  readonly events: readonly string[];
  /** The close code of the failure. */
  readonly failure: number | undefined;
  /** Ours only. */
  readonly fault?: ProtocolFault | undefined;
}

/** What `ws` calls its extension object. */
export interface WsDeflate {
  accept(params: readonly Record<string, unknown>[]): unknown;
  compress(
    data: Uint8Array,
    fin: boolean,
    callback: (error: Error | null, data: Buffer) => void,
  ): void;
  cleanup(): void;
}

interface WsReceiver {
  on(type: "message", listener: (data: Buffer, binary: boolean) => void): void;
  on(type: "ping" | "pong", listener: (data: Buffer) => void): void;
  on(type: "conclude", listener: (code: number, why: Buffer) => void): void;
  _write(
    chunk: Buffer,
    encoding: string,
    callback: (error?: { [code: symbol]: number }) => void,
  ): void;
}

type Constructor<T> = new (options: Record<string, unknown>) => T;
/** Parts of `ws` that its types do not name. */
const WsReceiver: Constructor<WsReceiver> = Reflect.get(ws, "Receiver");
const PerMessageDeflate: Constructor<WsDeflate> = Reflect.get(
  ws,
  "PerMessageDeflate",
);

/** Makes the compression of `ws`, for one side. */
export function wsDeflate(options: Record<string, unknown>): WsDeflate {
  return new PerMessageDeflate(options);
}

/** What `ws` makes of a stream. */
export function wsReceive(
  chunks: readonly Uint8Array[],
  { role, maxMessageSize }: ReceiveOptions,
): Verdict {
  const events: string[] = [];
  let failure: number | undefined;
  const receiver = new WsReceiver({
    isServer: role === "server",
    maxPayload: maxMessageSize,
  });
  listen(receiver, events);
  for (const chunk of chunks) {
    // `ws` unmasks in place.
    receiver._write(Buffer.from(chunk), "", (error) => {
      if (error) failure = statusOf(error);
    });
    const isOver = failure !== undefined || events.at(-1)?.startsWith("close");
    if (isOver) break;
  }
  return { events, failure };
}

/** What `ws` makes of a stream of compressed messages, which it inflates later. */
export function wsInflate(
  chunk: Uint8Array,
  deflate: WsDeflate,
  options: ReceiveOptions,
): Promise<Verdict> {
  const events: string[] = [];
  const receiver = new WsReceiver({
    isServer: options.role === "server",
    maxPayload: options.maxMessageSize,
    extensions: { "permessage-deflate": deflate },
  });
  listen(receiver, events);
  return new Promise((resolve) => {
    receiver._write(Buffer.from(chunk), "", (error) => {
      resolve({ events, failure: error && statusOf(error) });
    });
  });
}

function listen(receiver: WsReceiver, events: string[]): void {
  receiver.on("message", (data, isBinary) => {
    events.push(`${isBinary ? "binary" : "text"} ${data.toString("latin1")}`);
  });
  receiver.on("ping", (data) => events.push(`ping ${data.toString("latin1")}`));
  receiver.on("pong", (data) => events.push(`pong ${data.toString("latin1")}`));
  receiver.on("conclude", (code, reason) => {
    events.push(`close ${code} ${reason.toString("latin1")}`);
  });
}

function statusOf(error: { [code: symbol]: number }): number {
  const [status] = Object.getOwnPropertySymbols(error);
  return status === undefined ? NaN : error[status]!;
}

/** What our receiver makes of a stream. */
export function ourReceive(
  chunks: readonly Uint8Array[],
  options: ReceiveOptions & { readonly inflater?: MessageInflater },
): Verdict {
  const events: string[] = [];
  let fault: ProtocolFault | undefined;
  const push = (kind: string, data: Uint8Array) =>
    events.push(`${kind} ${Buffer.from(data).toString("latin1")}`);
  const receiver = new Receiver({
    ...options,
    listener: {
      message: (kind, bytes, start, end) =>
        push(kind === "ascii" ? "text" : kind, bytes.subarray(start, end)),
      ping: (payload) => push("ping", payload),
      pong: (payload) => push("pong", payload),
      close: (closeCode, reason) =>
        push(`close ${closeCode}`, Buffer.from(reason)),
      fault: (each) => fault = each,
    },
  });
  for (const chunk of chunks) receiver.receive(Uint8Array.from(chunk));
  return { events, failure: fault?.closeCode, fault };
}
