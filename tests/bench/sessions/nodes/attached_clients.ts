/**
 * Many clients of sessions without machinery, in a process of their own: they
 * acknowledge what comes, and never come back.
 *
 * @module
 */

import {
  decodeFrame,
  encodeFrame,
} from "../../../../lib/session/wire/frame.ts";
import { RemoteHost } from "../../../system/servers/remote/remote_host.ts";
import type { ClientsCommand, ClientsReport } from "./attached.ts";

/** How many connect at a time. */
const BATCH = 50;
const WINDOW = { messages: 256, bytes: 1 << 20 } as const;
/** As the protocol says, in messages. */
const ACK_AFTER = 10;

const ids: string[] = [];
let received = 0;

const host = new RemoteHost<ClientsCommand, ClientsReport>(async (command) => {
  if (command.type === "connect") await connectAll(command);
  return { sessions: command.type === "connect" ? ids : [], received };
});

async function connectAll(
  { ports, count }: Extract<ClientsCommand, { type: "connect" }>,
): Promise<void> {
  for (let at = 0; at < count; at += BATCH) {
    await Promise.all(
      Array.from({ length: BATCH }, (_, more) => {
        const index = at + more;
        const port = ports[index % ports.length];
        return connect(`ws://127.0.0.1:${port}/${index}`);
      }),
    );
  }
}

async function connect(url: string): Promise<void> {
  const socket = new WebSocket(url, "holdfast.session.v1");
  const attached = Promise.withResolvers<void>();
  let ack = 0;
  socket.onopen = () =>
    socket.send(`c|${
      JSON.stringify({
        ...{ op: "open", attempt: 1, instance: "i", protocols: [] },
        window: [WINDOW.messages, WINDOW.bytes],
        ...{ maxMessage: 1 << 20, ttl: 120_000 },
      })
    }`);
  socket.onmessage = ({ data }) => {
    if (`${data}`.startsWith("c|")) {
      ids.push(JSON.parse(`${data}`.slice(2)).session);
      return attached.resolve();
    }
    const frame = decodeFrame(`${data}`, 1 << 20);
    if (frame.type === "ping") {
      socket.send(encodeFrame({ type: "pong", n: frame.n, ack }));
    }
    if (frame.type !== "data") return;
    received += 1;
    host.noticeChange();
    if (frame.seq % ACK_AFTER !== 0) return;
    ack = frame.seq;
    socket.send(encodeFrame({
      type: "ack",
      ack,
      maxSeq: frame.seq + WINDOW.messages,
      maxBytes: 2 ** 40,
    }));
  };
  await attached.promise;
}
