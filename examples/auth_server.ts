/**
 * A server with tokens that expire. It issues JWTs over HTTP, expects one in the
 * first message, answers `Authenticated!`, and closes with 4401 `Token Expired` when
 * the latest token has expired. It echoes all other messages.
 *
 * ```sh
 * deno run --allow-net examples/auth_server.ts [--port 8080] [--expiry 5]
 * ```
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { jwtVerify, SignJWT } from "jose";

const log = getLogger();
const options = parseArgs(Deno.args, { string: ["port", "expiry"] });
/** In seconds. */
const expiry = Number(options.expiry ?? 5);
const key = crypto.getRandomValues(new Uint8Array(32));
let issued = 0;

Deno.serve({ port: Number(options.port ?? 0), onListen }, (request) => {
  if (request.headers.get("upgrade") !== "websocket") return issue();
  const { socket, response } = Deno.upgradeWebSocket(request);
  serve(socket);
  return response;
});

function onListen({ port }: Deno.NetAddr): void {
  // The client runs it as a worker; it also runs alone.
  const post: unknown = Reflect.get(globalThis, "postMessage");
  if (typeof post === "function") post(port);
  else log.info(`Listening on ws://localhost:${port}, tokens on http:`);
}

async function issue(): Promise<Response> {
  issued += 1;
  const token = await new SignJWT({ sub: "ann" })
    .setProtectedHeader({ alg: "HS256" })
    .setJti(`${issued}`)
    .setExpirationTime(Date.now() / 1_000 + expiry)
    .sign(key);
  return new Response(token);
}

function serve(socket: WebSocket): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  socket.onclose = () => clearTimeout(timer);
  socket.onmessage = async ({ data }) => {
    const { type, token, ...rest } = JSON.parse(data);
    switch (type) {
      case "auth":
      case "renew": {
        clearTimeout(timer);
        const expiresAt = await verify(token);
        const refuse = () => socket.close(4401, "Token Expired");
        timer = setTimeout(refuse, expiresAt - Date.now());
        if (type === "auth") socket.send("Authenticated!");
        return;
      }
      case "stats":
        socket.send(JSON.stringify({ type, issued }));
        return;
      default:
        if (timer === undefined) socket.close(4401, "Token Expired");
        else socket.send(JSON.stringify({ type, ...rest }));
    }
  };
}

/** When a token expires, in milliseconds since the epoch; 0 for an invalid token. */
async function verify(token: string): Promise<number> {
  try {
    const { payload } = await jwtVerify(token, key);
    return 1_000 * (payload.exp ?? 0);
  } catch {
    return 0;
  }
}
