/**
 * Runs in a page: takes what a server sends, with Chromium's own `WebSocket` or
 * with ours, while the page does nothing for a while.
 *
 * @module
 */

import { WorkerHost, WorkerWebSocket } from "@holdfast/websocket";

/** Whose class does it. */
export type Class = "platform" | "ours";

/** What came, and how it ended. */
export interface Received {
  /** The sizes of the messages, in bytes. */
  readonly sizes: readonly number[];
  readonly closeCode: number;
  readonly wasClean: boolean;
}

/** Receives until the end; after `open` the page is blocked for so many milliseconds. */
function receiveAll(
  kind: Class,
  { url, blockFor }: { readonly url: string; readonly blockFor: number },
): Promise<Received> {
  const socket = kind === "platform"
    ? new WebSocket(url)
    : new WorkerWebSocket(url, [], {
      worker: new WorkerHost({ url: "/worker.js" }),
    });
  socket.binaryType = "arraybuffer";
  const sizes: number[] = [];
  return new Promise((resolve) => {
    socket.onopen = () => block(blockFor);
    socket.onmessage = ({ data }: MessageEvent) => sizes.push(data.byteLength);
    socket.onclose = ({ code, wasClean }: CloseEvent) =>
      resolve({ sizes, closeCode: code, wasClean });
  });
}

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

Object.assign(globalThis, { receiveAll });
