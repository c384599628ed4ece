/**
 * A process with one socket that ends in one of several ways, and then with
 * nothing to do: `deno run one_socket.ts <way> <url>`. It prints one line of
 * JSON about the end and exits by itself, or the test that runs it fails.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerWebSocket } from "@holdfast/websocket";

const [way = "", url = ""] = Deno.args;

switch (way) {
  case "close":
  case "none": {
    const worker = way === "none" ? way : "shared";
    const socket = new ReconnectingWebSocket(url, [], { worker });
    await socket.opened;
    socket.close();
    report(await socket.closed);
    break;
  }
  case "dispose": {
    {
      await using socket = new ReconnectingWebSocket(url);
      await socket.opened;
    }
    report({});
    break;
  }
  case "fatal":
    report(await new ReconnectingWebSocket(url).closed.catch(describe));
    break;
  case "plain": {
    const socket = new WorkerWebSocket(url);
    socket.onopen = () => socket.close();
    socket.onclose = ({ code }) => report({ code });
    break;
  }
  case "unobserved":
    new ReconnectingWebSocket(url, [], { backoff: { maxAttempts: 1 } });
    report({});
    break;
}

function describe(error: unknown): object {
  if (!(error instanceof Error)) return {};
  return { name: error.name, message: error.message };
}

function report(end: object): void {
  const line = JSON.stringify({ ...end, at: Date.now() });
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}
