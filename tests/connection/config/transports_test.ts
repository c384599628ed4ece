import { assertEquals } from "@std/assert";
import {
  TRANSPORT_CHOICES,
  type TransportChoice,
  type TransportName,
} from "../../../lib/connection/config/transports.ts";
import { loadTransport } from "../../../lib/transport/load.ts";

const LOADED: Readonly<Record<TransportChoice, TransportName>> = {
  auto: "tcp",
  tcp: "tcp",
  ws: "ws",
  native: "native",
};

Deno.test("TRANSPORT_CHOICES has each name that the type allows", () => {
  assertEquals<readonly string[]>(TRANSPORT_CHOICES, Object.keys(LOADED));
});

Deno.test("TRANSPORT_CHOICES names what loadTransport() loads", async () => {
  for (const choice of TRANSPORT_CHOICES) {
    const { name } = await loadTransport(choice, "shared");
    assertEquals(name, LOADED[choice]);
  }
});
