/**
 * The command line: talk to a WebSocket server and stay connected, start an echo
 * server, check the way to a server, list and end the sessions of servers in a
 * Redis, simulate a fleet that loses its server, explain a close code.
 *
 * ```sh
 * deno run -A jsr:@holdfast/websocket/cli connect wss://example.com/feed
 * deno run -A jsr:@holdfast/websocket/cli serve --port 8080 --drop-every 10s
 * deno run -A jsr:@holdfast/websocket/cli doctor wss://example.com/feed
 * deno run -A jsr:@holdfast/websocket/cli doctor wss://example.com --proxy proxy:3128
 * deno run -A jsr:@holdfast/websocket/cli sessions --redis redis://localhost
 * deno run -A jsr:@holdfast/websocket/cli storm --clients 10000
 * deno run -A jsr:@holdfast/websocket/cli explain 1006
 * ```
 *
 * `--help` after a command shows its options; `--version`, or `-V`, instead of a
 * command shows the name of the package and its version. Exit codes: 0 success, 1
 * failure, 2 a wrong flag, value or URL; `connect`, `doctor` and `sessions` also
 * have some of 3 unreachable, 4 handshake refused, 5 token or greeting rejected, 6
 * timeout, 7 closed by the server, 8 lost, 9 protocol error, 10 messages left
 * unsent, 130 interrupted.
 *
 * `connect` and `doctor` take `--ca`, `--cert` and `--key` (files in PEM), `--proxy`
 * (else the environment's proxy; `--no-proxy`) and `--compress`. `doctor` shows the
 * proxy's step and the server's certificate, and what compression saves with the
 * messages of `-x`.
 *
 * In a pipe, lines of stdin are messages, and messages are lines of stdout:
 *
 * ```sh
 * tail -f events.log | deno run -A jsr:@holdfast/websocket/cli connect wss://example.com/in
 * ```
 *
 * @module
 */

import { denoIo } from "./terminal/deno_io.ts";
import { main } from "./main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args, denoIo()));
