import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  AuthenticationError,
  ReconnectingWebSocket,
  type TokenProvider,
} from "@holdfast/websocket";
import { PROGRAMS, requires } from "../requirements.ts";
import { failure, next, pull } from "../waiting.ts";

const SCRIPT = new URL("./auth_server.py", import.meta.url);

Deno.test(
  "token: a first message opens python3-websockets, and a used one is replaced",
  requires("python-websockets"),
  async () => {
    await using server = await startAuthServer();
    let asked = 0;
    await using socket = connect(server.url, () => `token-${asked += 1}`);
    socket.send("hello");
    assertEquals(await pull(socket, 1), ["token-1: hello"]);
    const codes: number[] = [];
    socket.addEventListener(
      "disconnect",
      ({ closeCode }) => codes.push(closeCode),
    );
    const reopened = next(socket, "open");
    socket.send("restart");
    await reopened;
    socket.send("again");
    assertEquals(await pull(socket, 1), ["token-2: again"]);
    assertEquals([codes, asked], [[1012, 4401], 2]);
  },
);

Deno.test(
  "token: python3-websockets ends a client whose fresh token is refused",
  requires("python-websockets"),
  async () => {
    await using server = await startAuthServer();
    let asked = 0;
    const always = () => {
      asked += 1;
      return "revoked";
    };
    await using first = connect(server.url, always);
    await first.opened;
    await using second = connect(server.url, always);
    const error = await failure(second.closed);
    assertInstanceOf(error, AuthenticationError, String(error));
    assertEquals(asked, 3);
  },
);

function connect(url: string, token: TokenProvider): ReconnectingWebSocket {
  return new ReconnectingWebSocket(url, [], {
    backoff: { strategy: "exponential", initialDelay: 1, maxDelay: 10 },
    token: {
      token,
      placement: { message: { type: "auth", token: "{token}" } },
    },
    greeting: { expect: "Authenticated!" },
  });
}

async function startAuthServer(): Promise<AsyncDisposable & { url: string }> {
  const process = new Deno.Command(PROGRAMS.python, {
    args: ["-u", SCRIPT.pathname],
    stdout: "piped",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  const { value: port = "" } = await lines.read();
  return {
    url: `ws://127.0.0.1:${port.trim()}`,
    [Symbol.asyncDispose]: async () => {
      process.kill("SIGKILL");
      await lines.cancel();
      await process.status;
    },
  };
}
