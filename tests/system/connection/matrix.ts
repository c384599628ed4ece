/**
 * What the same suite runs over: where a socket lives, what carries it, and who
 * is at the other end.
 *
 * @module
 */

import { startDenoServer } from "../servers/echo/deno_server.ts";
import { startPythonServer } from "../servers/echo/python_server.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";

/** Each transport, in a worker and on the test's own thread. */
export const SETTINGS = [
  { name: "tcp in a worker", options: { transport: "tcp", worker: "shared" } },
  { name: "ws in a worker", options: { transport: "ws", worker: "shared" } },
  {
    name: "native in a worker",
    options: { transport: "native", worker: "shared" },
  },
  { name: "tcp in-thread", options: { transport: "tcp", worker: "none" } },
  {
    name: "native in-thread",
    options: { transport: "native", worker: "none" },
  },
] as const;

/** Servers that nobody here wrote. */
export const ECHO_SERVERS = [
  { server: "npm:ws", start: startWsServer, needs: [] },
  { server: "Deno.serve", start: startDenoServer, needs: [] },
  {
    server: "python3-websockets",
    start: startPythonServer,
    needs: ["python-websockets"],
  },
] as const;
