/** A TCP server that says what a test wants it to say. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** What the first client sent, up to the end of its head. */
  readonly request: Promise<string>;
}

/**
 * Answers each client with `answer` once its head has arrived.
 *
 * @param answer The bytes, as Latin-1.
 * @param end Whether the connection stays open afterwards.
 */
export function startRawServer(
  answer: string,
  end: "stays open" | "closes" = "closes",
): RawServer {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const request = Promise.withResolvers<string>();
  const clients = new Set<Deno.TcpConn>();
  const bytes = Uint8Array.from(answer, (each) => each.charCodeAt(0));
  const work = Array.fromAsync(listener, async (client) => {
    clients.add(client);
    request.resolve(await readHead(client));
    await client.write(bytes).catch(() => {});
    if (end === "closes") close(client);
  });
  const { port } = listener.addr;
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    request: request.promise,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const client of clients) close(client);
      await work;
    },
  };
}

async function readHead(client: Deno.TcpConn): Promise<string> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(4_096);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const length = await client.read(chunk).catch(() => null);
    if (length === null) break;
    head += decoder.decode(chunk.subarray(0, length), { stream: true });
  }
  return head;
}

function close(client: Deno.TcpConn): void {
  try {
    client.close();
  } catch {
    // The client was faster.
  }
}
