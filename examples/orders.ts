/**
 * An effect exactly once: a shop that books each order one time, although its
 * handler fails after the booking and the connection is cut.
 *
 * ```sh
 * deno run --allow-net --allow-read --allow-write examples/orders.ts [--url ws://...]
 * ```
 *
 * A session delivers each order, and after a crash of the handler once more, with
 * the same `message.id`. The shop keeps that id in the same transaction as the
 * order: the second time changes nothing. Without `--url` it starts its own shop.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { openShop } from "./orders/shop.ts";

const ORDERS = 20;

const log = getLogger();
const { url } = parseArgs(Deno.args, { string: ["url"] });
await using shop = url === undefined ? await openShop(log) : undefined;

await using socket = new ReconnectingWebSocket(url ?? shop!.url, [], {
  session: true,
  backoff: { strategy: "exponential", initialDelay: 50 },
});
for (let order = 1; order <= ORDERS; order += 1) {
  // Resolves when the shop has accepted the order.
  await socket.write(`apple ${order}`);
  if (order % 8 === 0) socket.reconnect();
}
if (shop !== undefined) {
  const { handled, booked, stock } = shop.count();
  log.info(
    `orders: ${ORDERS} sent, ${handled} handled, ${booked} booked, ${stock} apples left`,
  );
}
