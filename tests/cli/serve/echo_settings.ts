import type { EchoServerOptions } from "../../../lib/cli/serve/echo_server.ts";
import { PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";

/** Settings of an echo server without faults. */
export const ECHO_SETTINGS: EchoServerOptions = {
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: Infinity,
  dropEvery: Infinity,
  token: undefined,
  certificate: undefined,
  sessions: "none",
  clock: PLATFORM_CLOCK,
  note: () => {},
};
