/**
 * `doctor`: checks the way to a server step by step, and advises what to do.
 *
 * @module
 */

import { type Resolved, resolveOptions } from "../../client/options/resolve.ts";
import { redactUrl } from "../../identity/redact.ts";
import { isInsecure } from "../../rfc6455/insecure_url.ts";
import { requirePossible } from "../../transport/tcp/dial/dial.ts";
import { routeTo } from "../../transport/tcp/dial/proxy.ts";
import { OpeningError } from "../../transport/tcp/dial/tcp_failure.ts";
import { Checkup, type CheckupPlan, type StepReport } from "./checkup.ts";
import { defineCommand, type Run, SUCCESS } from "../command.ts";
import type { Finding } from "./diagnosis.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { withFlags } from "../flag_text.ts";
import type { FlagNames, Flags } from "../flags.ts";
import {
  HANDSHAKE_FLAGS,
  HANDSHAKE_HELP,
  type HandshakePlan,
  readHandshake,
} from "../handshake_flags.ts";
import { NETWORK_FLAGS, NETWORK_HELP, readNetwork } from "../network_flags.ts";
import { reasonOf } from "../reason.ts";
import type { ProcessIo } from "../terminal/command_io.ts";
import { OutputError } from "../terminal/output_error.ts";
import { wrap } from "../terminal/text_width.ts";
import { visibleLine } from "../terminal/visible_text.ts";
import { UsageError } from "../usage_error.ts";

type Setup = Resolved["setup"];

const HELP = `Check the way to a server step by step, and say what to do

Usage: doctor <url> [options]

${HANDSHAKE_HELP}${NETWORK_HELP}\
  -x, --execute TEXT          send this and await an answer; can be repeated
      --idle TIME             how long to keep silent (10s); 0 skips this step
      --timeout TIME          time limit of each other step (5s)

TIME is like 250ms, 30s, 5m.
Exit codes: 0 it works, 1 other failure, 2 wrong usage, 3 unreachable (DNS,
TCP, TLS), 4 handshake refused, 5 token rejected, 6 timeout, 7 closed by the
server, 8 lost, 9 protocol error.
`;

const FLAGS: FlagNames = {
  switches: [...HANDSHAKE_FLAGS.switches, ...NETWORK_FLAGS.switches],
  values: [
    ...HANDSHAKE_FLAGS.values,
    ...NETWORK_FLAGS.values,
    "execute",
    "idle",
    "timeout",
  ],
  alias: { ...HANDSHAKE_FLAGS.alias, execute: "x" },
};

/** `doctor`, as a function. */
export const doctor: Run<ProcessIo> = defineCommand({
  name: "doctor",
  help: HELP,
  flags: FLAGS,
  plan: readPlan,
  run: examine,
});

function readPlan(flags: Flags, io: ProcessIo): CheckupPlan {
  const handshake = readHandshake(flags, io);
  const { url, token, allowInsecure } = handshake;
  if (token !== undefined && isInsecure(url.href) && !allowInsecure) {
    throw new UsageError(
      "The token would cross a network unencrypted: use wss:, or --allow-insecure",
    );
  }
  const setup = setupOf(handshake, flags);
  return {
    ...handshake,
    ...tokenOf(setup),
    ...wayOf(setup, url, io),
    execute: flags.texts("execute"),
    idle: flags.time("idle") ?? 10_000,
    timeout: flags.time("timeout") ?? 5_000,
  };
}

/** Checks what the library would refuse to send. */
function setupOf(
  { url, protocols, headers, token, allowInsecure }: HandshakePlan,
  flags: Flags,
): Setup {
  const options = {
    ...readNetwork(flags),
    headers,
    ...token !== undefined && { token, allowInsecure },
  };
  try {
    return resolveOptions(url, protocols, options).setup;
  } catch (error) {
    throw new UsageError(withFlags(reasonOf(error)));
  }
}

/** The token as it is sent: without a line break at its end. */
function tokenOf({ token }: Setup): Pick<CheckupPlan, "token"> {
  const { source } = token ?? {};
  return { token: source?.kind === "static" ? source.token : undefined };
}

/** The way as the transport `tcp` would take it. */
function wayOf(
  { network = {} }: Setup,
  url: URL,
  io: ProcessIo,
): Pick<CheckupPlan, "network" | "route"> {
  const route = routeTo(url, network.proxy, (name) => io.peekEnvironment(name));
  try {
    requirePossible(route, url, network.tls ?? { caCerts: [] });
  } catch (error) {
    if (!(error instanceof OpeningError)) throw error;
    const { failure } = error;
    throw new UsageError(
      withFlags("detail" in failure ? failure.detail ?? "" : failure.type),
    );
  }
  return { network, route };
}

async function examine(plan: CheckupPlan, io: ProcessIo): Promise<number> {
  io.write(`${redactUrl(plan.url.href)}\n\n`);
  const findings: Finding[] = [];
  const checkup = new Checkup(plan, io.clock);
  const stop = io.onInterrupt(() => checkup.stop());
  try {
    for await (const step of checkup.steps()) {
      if (checkup.isStopped) break;
      findings.push(step.finding);
      io.write(stepText(step, io));
    }
    if (checkup.isStopped) return EXIT_CODES.interrupted;
    io.write(verdictOf(findings, io));
  } catch (error) {
    // What was found until then decides on the exit code.
    if (!(error instanceof OutputError && error.kind === "reader gone")) {
      throw error;
    }
  } finally {
    stop();
  }
  const bad = findings.find(({ outcome }) => outcome === "bad");
  return bad === undefined ? SUCCESS : bad.exitCode ?? EXIT_CODES.failure;
}

const SIGNS = { good: "ok", notable: "note", bad: "FAIL" };
const COLORS = { good: "32", notable: "33", bad: "31" };
const INDENT = " ".repeat(31);

function stepText(
  { name, time, finding }: StepReport,
  { noColor, columns }: ProcessIo,
): string {
  const { outcome, summary, details = [] } = finding;
  const sign = SIGNS[outcome].padEnd(4);
  const painted = noColor ? sign : `\x1b[${COLORS[outcome]}m${sign}\x1b[0m`;
  const took = `${time.toFixed(1)} ms`.padStart(10);
  const lines = [summary, ...details].flatMap((text) =>
    wrap(shown(text), columns - INDENT.length)
  );
  const text = lines.join(`\n${INDENT}`);
  return `${painted}  ${name.padEnd(11)} ${took}   ${text}\n`;
}

function verdictOf(
  findings: readonly Finding[],
  { columns }: ProcessIo,
): string {
  const advice = findings.flatMap(({ advice }) => advice ?? []);
  const outcomes = findings.map(({ outcome }) => outcome);
  const verdict = outcomes.includes("bad")
    ? "It does not work."
    : outcomes.includes("notable")
    ? "It works, with reservations."
    : "It works.";
  const lines = [
    verdict,
    ...advice.flatMap((text) => wrap(`${shown(text)}.`, columns)),
  ];
  return `\n${lines.join("\n")}\n`;
}

/** How much of one line of a server to show, in characters. */
const LONGEST_SHOWN = 300;

/** The server chooses status line, headers, reasons and names in certificates. */
function shown(text: string): string {
  const characters = [...visibleLine(text)];
  return characters.length <= LONGEST_SHOWN
    ? characters.join("")
    : `${characters.slice(0, LONGEST_SHOWN).join("")}…`;
}
