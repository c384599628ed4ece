import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CompressionConfig } from "../../../lib/connection/config/network.ts";
import { tcpTransport } from "../../../lib/transport/tcp/tcp_transport.ts";
import { requires } from "../../system/requirements.ts";
import { startPythonServer } from "../../system/servers/echo/python_server.ts";
import { encodeClose } from "../../system/servers/tcp/frames.ts";
import { startTcpServer } from "../../system/servers/tcp/tcp_server.ts";
import { startWsServer } from "../../system/servers/echo/ws_server.ts";
import { Recorder } from "../recorder.ts";

const COMPRESSION: CompressionConfig = {
  clientNoContextTakeover: false,
  serverNoContextTakeover: false,
  clientMaxWindowBits: 15,
  threshold: 10,
};

const VARIANTS: Readonly<Record<string, CompressionConfig>> = {
  "windows that are kept": COMPRESSION,
  "a small window of ours": { ...COMPRESSION, clientMaxWindowBits: 9 },
  "no windows that are kept": {
    ...COMPRESSION,
    clientNoContextTakeover: true,
    serverNoContextTakeover: true,
  },
};

for (const [what, compression] of Object.entries(VARIANTS)) {
  Deno.test(
    `tcpTransport compresses with ${what}`,
    requires("python-websockets"),
    async () => {
      await using server = await startPythonServer();
      const socket = new Recorder(tcpTransport, server.url, {
        network: { compression },
      });
      const { extensions } = await socket.next("open");
      assertMatch(extensions, /^permessage-deflate/);
      for (let index = 0; index < 100; index += 1) {
        const text = `{"index":${index},"name":"añ€😀","text":"${
          "ab".repeat(index * 20)
        }"}`;
        socket.do(() => socket.transport.send(text));
        assertEquals((await socket.next("message")).data, text);
      }
      const noise = crypto.getRandomValues(new Uint8Array(60_000));
      socket.do(() => socket.transport.send(noise.slice().buffer));
      const { data } = await socket.next("message");
      assert(data instanceof ArrayBuffer);
      assertEquals(new Uint8Array(data), noise);
      socket.do(() => socket.transport.close(1000, ""));
      await socket.next("end");
    },
  );
}

Deno.test("tcpTransport does without compression where the server takes none", async () => {
  await using server = await startWsServer();
  const socket = new Recorder(tcpTransport, server.url, {
    network: { compression: COMPRESSION },
  });
  assertEquals((await socket.next("open")).extensions, "");
  const text = "x".repeat(1_000);
  socket.do(() => socket.transport.send(text));
  assertEquals((await socket.next("message")).data, text);
  socket.do(() => socket.transport.close(1000, ""));
  await socket.next("end");
});

Deno.test("tcpTransport sends messages below the threshold as they are", async () => {
  const kinds: number[] = [];
  await using server = await startTcpServer(async (peer) => {
    await peer.accept({
      headers: { "Sec-WebSocket-Extensions": "permessage-deflate" },
    });
    for (let frames = 0; frames < 2; frames += 1) {
      kinds.push((await peer.readFrame())!.rsv);
    }
    await peer.write(encodeClose(1000));
    peer.end();
  });
  const socket = new Recorder(tcpTransport, server.url, {
    network: { compression: COMPRESSION },
  });
  await socket.next("open");
  for (const size of [9, 10]) {
    socket.do(() => socket.transport.send("x".repeat(size)));
  }
  await socket.next("end");
  // RSV1 marks what is compressed (RFC 7692, 6).
  assertEquals(kinds, [0, 0b100]);
});
