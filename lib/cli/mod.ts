/**
 * The command line: talk to a WebSocket server and stay connected, try things
 * out on an echo server, find out what is wrong on the way to a server, see
 * what a fleet does when its server goes away, explain a close code.
 *
 * ```sh
 * deno run -A jsr:@holdfast/websocket/cli connect wss://example.com/feed
 * deno run -A jsr:@holdfast/websocket/cli serve --port 8080 --drop-every 10s
 * deno run -A jsr:@holdfast/websocket/cli doctor wss://example.com/feed
 * deno run -A jsr:@holdfast/websocket/cli storm --clients 10000
 * deno run -A jsr:@holdfast/websocket/cli explain 1006
 * ```
 *
 * `--help` after each of them tells its options; `--version`, or `-V`, in place
 * of them tells the name of the package and its version. Exit codes: 0 it was
 * done, 1 it failed, 2 a wrong flag, value or URL; `connect` and `doctor` tell
 * more: 3 unreachable, 4 handshake refused, 5 token or greeting rejected, 6
 * timeout, 7 closed by the server, 8 lost, 9 protocol error, 10 messages left
 * unsent, 130 interrupted.
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
