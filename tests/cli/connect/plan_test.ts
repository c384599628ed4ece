import { assertEquals, assertThrows } from "@std/assert";
import {
  CONNECT_FLAGS,
  readConnectPlan,
} from "../../../lib/cli/connect/plan.ts";
import { Flags } from "../../../lib/cli/flags.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";

function read(args: readonly string[], { isInteractive = false } = {}) {
  const flags = new Flags(["ws://a", ...args], CONNECT_FLAGS);
  const environment = (name: string) => name === "TOKEN" ? "secret" : undefined;
  return readConnectPlan(flags, { isInteractive, environment });
}

Deno.test("readConnectPlan() has the defaults that the help text names", () => {
  assertEquals(read([]), {
    url: new URL("ws://a"),
    protocols: [],
    options: { headers: {} },
    format: "text",
    execute: [],
    wait: 1_000,
    log: undefined,
  });
});

Deno.test("readConnectPlan() makes options of flags", () => {
  const { options } = read([
    ...["-H", "A: 1", "--token-env", "TOKEN", "--allow-insecure"],
    ...["--greeting", "hi", "--ping-interval", "5s", "--max-attempts", "3"],
  ]);
  assertEquals(options, {
    headers: { A: "1" },
    token: "secret",
    allowInsecure: true,
    greeting: { send: "hi" },
    heartbeat: { interval: 5_000 },
    backoff: { maxAttempts: 3 },
  });
  assertEquals(read(["--ping-interval", "0"]).options.heartbeat, false);
});

Deno.test("readConnectPlan() reads whether there is a session", () => {
  const { options } = read(["--session"]);
  assertEquals(options, { headers: {}, session: true });
  const error = assertThrows(
    () => read(["--session", "--greeting", "hi"]),
    UsageError,
  );
  assertEquals(error.message, "--session and --greeting exclude each other");
});

Deno.test("readConnectPlan() reads the transport, and the way to the server", () => {
  const { options } = read(["--proxy", "p:3128", "--compress"]);
  assertEquals(options, {
    headers: {},
    proxy: "http://p:3128/",
    compression: true,
  });
  assertEquals(read(["--transport", "native"]).options, {
    headers: {},
    transport: "native",
  });
  assertEquals(read(["--transport", "tcp", "--no-proxy"]).options, {
    headers: {},
    transport: "tcp",
    proxy: false,
  });
});

Deno.test("readConnectPlan() waits for answers after a pipe, not after a person", () => {
  const waits = [
    read(["-w", "5m"]),
    read(["--wait", "forever"]),
    read([], { isInteractive: true }),
    read(["-x", "hi"], { isInteractive: true }),
  ];
  assertEquals(waits.map(({ wait }) => wait), [300_000, Infinity, 0, 1_000]);
});

Deno.test("readConnectPlan() chooses a format and a log", () => {
  assertEquals(read(["--json"]).format, "json");
  assertEquals(read(["--binary"]).format, "binary");
  assertEquals(read(["--log-file", "f"]).log, { file: "f", level: "info" });
  assertEquals(
    read(["--log-file", "f", "--log-level", "debug"]).log,
    { file: "f", level: "debug" },
  );
});

for (
  const [args, complaint] of [
    ["--json --binary", "--json and --binary exclude each other"],
    ["--log-level info", "--log-level needs --log-file"],
    ["--log-level all --log-file f", "must be debug, info, warn or error"],
    ["--transport udp", "must be tcp, ws or native"],
    ["--transport ws --compress", "--compress needs the transport tcp"],
    ["--transport native --proxy p", "do without --transport native"],
    ["--proxy socks5://p", "--proxy must look like"],
    ["--cert none", "--cert: cannot read none"],
    ["--max-attempts 0", "must be a whole number from 1"],
    ["--wait soon", "--wait is"],
  ] as const
) {
  Deno.test(`readConnectPlan() refuses ${args}`, () => {
    assertThrows(() => read(args.split(" ")), UsageError, complaint);
  });
}
