import { deadline } from "@std/async";
import { requires } from "../../../system/requirements.ts";
import { RedisClients, RedisServer } from "./redis_server.ts";

Deno.test(
  "RedisClients end clients that wait before they connect again",
  requires("redis"),
  async () => {
    await using server = await RedisServer.start();
    const clients = new RedisClients(server.port);
    const client = await clients.ioRedis();
    const waiting = new Promise((resolve) =>
      client.once("reconnecting", resolve)
    );
    await server.kill();
    await waiting;
    await deadline(clients[Symbol.asyncDispose](), 10_000);
  },
);
