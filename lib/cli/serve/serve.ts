/**
 * `serve`: an echo server for tests by hand.
 *
 * @module
 */

import { makeCertificate, readCertificate } from "./certificate.ts";
import {
  defineCommand,
  FAILURE,
  reportLine,
  type Run,
  SUCCESS,
} from "../command.ts";
import {
  type Certificate,
  type EchoServer,
  type EchoServerOptions,
  placeOf,
  startEchoServer,
} from "./echo_server.ts";
import { type FlagNames, type Flags, requireNoPositionals } from "../flags.ts";
import { reasonOf } from "../reason.ts";
import type { ProcessIo } from "../terminal/command_io.ts";
import { UsageError } from "../usage_error.ts";

const HELP = `Start a WebSocket server that sends each message back

Usage: serve [options]

      --port N             listen on this port (8080); 0 for any free port
      --host NAME          listen on this address (127.0.0.1)
      --idle-timeout TIME  cut a connection after so long without data
      --drop-every TIME    cut all connections at this interval
      --token TOKEN        answer 401 to a client without this bearer token; it
                           may also send it in the URL, as ?token=
      --session            keep a session for each client that asks for one: no
                           message is lost or repeated when a connection is cut
      --tls                speak wss:, with a certificate that openssl makes
      --cert FILE          speak wss:, with this certificate (PEM)
      --key FILE           the key of that certificate (PEM)

A cut connection gets no close frame, as from a proxy or a crash. TIME is like
250ms, 30s, 5m. Ctrl-C ends the server and closes all connections with 1001.
Exit codes: 0 ended by Ctrl-C, 1 cannot listen, 2 wrong usage.
`;

interface Plan {
  readonly settings: Omit<EchoServerOptions, "certificate" | "clock" | "note">;
  readonly tls: "none" | "made" | readonly [cert: string, key: string];
}

const FLAGS: FlagNames = {
  switches: ["session", "tls"],
  values: [
    "port",
    "host",
    "idle-timeout",
    "drop-every",
    "token",
    "cert",
    "key",
  ],
};

/** `serve`, as a function. */
export const serve: Run<ProcessIo> = defineCommand({
  name: "serve",
  help: HELP,
  flags: FLAGS,
  plan: readPlan,
  run,
});

function readPlan(flags: Flags): Plan {
  requireNoPositionals(flags);
  return {
    settings: {
      port: flags.count("port", { min: 0, max: 65_535 }) ?? 8080,
      hostname: flags.text("host") ?? "127.0.0.1",
      idleTimeout: positiveTime(flags, "idle-timeout"),
      dropEvery: positiveTime(flags, "drop-every"),
      token: flags.text("token"),
      sessions: flags.has("session") ? "memory" : "none",
    },
    tls: tlsOf(flags),
  };
}

function positiveTime(flags: Flags, name: string): number {
  const time = flags.time(name) ?? Infinity;
  if (time > 0) return time;
  throw new UsageError(`--${name} is 0, must be longer`);
}

function tlsOf(flags: Flags): Plan["tls"] {
  const cert = flags.text("cert");
  const key = flags.text("key");
  if (cert !== undefined && key !== undefined) return [cert, key];
  if (cert === undefined && key === undefined) {
    return flags.has("tls") ? "made" : "none";
  }
  throw new UsageError("--cert and --key go together");
}

async function run(plan: Plan, io: ProcessIo): Promise<number> {
  switch (plan.tls) {
    case "none":
      return await runServer(plan, undefined, io);
    case "made": {
      await using made = await makeCertificate();
      const { file, cert, key } = made;
      reportLine("serve", `Clients trust it with DENO_CERT=${file}`, io);
      return await runServer(plan, { cert, key }, io);
    }
    default:
      return await runServer(plan, await readCertificate(...plan.tls), io);
  }
}

async function runServer(
  { settings }: Plan,
  certificate: Certificate | undefined,
  io: ProcessIo,
): Promise<number> {
  const note = (text: string) => reportLine("serve", text, io);
  const options = { ...settings, certificate, clock: io.clock, note };
  await using server = await listen(options);
  if (server === undefined) return FAILURE;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = io.onInterrupt(resolve);
  try {
    io.write(`Listening on ${server.url}\n`);
    await promise;
  } finally {
    stop();
  }
  return SUCCESS;
}

async function listen(
  options: EchoServerOptions,
): Promise<EchoServer | undefined> {
  const { note } = options;
  try {
    return await startEchoServer(options);
  } catch (error) {
    const why = reasonOf(error);
    note(`Cannot listen on ${placeOf(options)}: ${why}`);
    return undefined;
  }
}
