import { assertEquals } from "@std/assert";
import {
  ConnectionClosedError,
  ProtocolError,
} from "../../../lib/client/errors/connection.ts";

Deno.test("ConnectionClosedError() keeps how the connection ended", () => {
  const info = { closeCode: 4404, reason: "gone", wasClean: true };
  const { closeCode, reason, wasClean, retryable } = new ConnectionClosedError(
    "No",
    { ...info, retryable: false },
  );
  assertEquals({ closeCode, reason, wasClean }, info);
  assertEquals(retryable, false);
});

Deno.test("ProtocolError() keeps the close code", () => {
  const error = new ProtocolError("No", { retryable: true, closeCode: 1002 });
  assertEquals(error.closeCode, 1002);
});
