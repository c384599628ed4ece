import { assertEquals } from "@std/assert";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import {
  AuthenticationError,
  ConnectError,
  ConnectionClosedError,
  ConnectionLostError,
  HandshakeError,
  HeartbeatTimeoutError,
  OpenTimeoutError,
  ProtocolError,
  ReconnectError,
} from "../../mod.ts";

const retryable = false;
const closed = { closeCode: 1008, reason: "", wasClean: true, retryable };

Deno.test("exitCodeOf() has a code per cause, also behind the last attempt", () => {
  const refused = new ConnectError("", { kind: "refused", retryable });
  const exhausted = { attempts: 1, elapsed: 0, retryable };
  const errors = [
    new ReconnectError("", { ...exhausted, cause: refused }),
    refused,
    new HandshakeError("", { status: 404, headers: {}, retryable }),
    new HandshakeError("", { status: 401, headers: {}, retryable }),
    new AuthenticationError("", { retryable }),
    new OpenTimeoutError("", { retryable }),
    new HeartbeatTimeoutError("", { retryable }),
    new ConnectionClosedError("", closed),
    new ConnectionLostError("", { retryable }),
    new ProtocolError("", { closeCode: 1002, retryable }),
    new Error("else"),
  ];
  assertEquals(errors.map(exitCodeOf), [3, 3, 4, 5, 5, 6, 6, 7, 8, 9, 1]);
});
