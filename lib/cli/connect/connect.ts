/**
 * `connect`: sends input to a server, shows what it answers, stays connected.
 *
 * @module
 */

import { ReconnectingWebSocket } from "../../client/reconnecting_websocket.ts";
import { defineCommand, reportLine, type Run } from "../command.ts";
import { JsonReporter } from "./json_reporter.ts";
import { LineReporter } from "./line_reporter.ts";
import {
  CONNECT_FLAGS,
  CONNECT_HELP,
  type ConnectPlan,
  readConnectPlan,
} from "./plan.ts";
import { openRotatingLog } from "./rotating_log.ts";
import { errorText } from "./reporter.ts";
import { ScreenReporter } from "./screen_reporter.ts";
import { ConnectRun, type RunParts } from "./connect_run.ts";
import type { ProcessIo } from "../terminal/command_io.ts";
import { openKeys, openSource } from "./source.ts";
import { UsageError } from "../usage_error.ts";

/** `connect`, as a function. */
export const connect: Run<ProcessIo> = defineCommand<ConnectPlan, ProcessIo>({
  name: "connect",
  help: CONNECT_HELP,
  flags: CONNECT_FLAGS,
  plan: readConnectPlan,
  run: talk,
});

async function talk(plan: ConnectPlan, io: ProcessIo): Promise<number> {
  using log = plan.log &&
    openRotatingLog(
      plan.log.file,
      plan.log.level,
      (text) => reportLine("connect", `${text}; going on without it`, io),
    );
  const socket = makeSocket({
    ...plan,
    options: { ...plan.options, ...log && { logger: log.logger } },
  });
  return await new ConnectRun(partsFor(socket, plan, io)).run();
}

function makeSocket(
  { url, protocols, options }: ConnectPlan,
): ReconnectingWebSocket {
  try {
    return new ReconnectingWebSocket(url, protocols, options);
  } catch (error) {
    // All options come from flags.
    throw new UsageError(errorText(error));
  }
}

function partsFor(
  socket: ReconnectingWebSocket,
  plan: ConnectPlan,
  io: ProcessIo,
): RunParts {
  const parts = { socket, plan, io };
  switch (plan.format) {
    case "binary":
    case "text": {
      if (isTyped(plan, io)) {
        const reporter = new ScreenReporter(io, socket, plan.url);
        const source = openKeys(io, (keys) => reporter.typed(keys));
        return { ...parts, reporter, source };
      }
      const reporter = new LineReporter(io, plan.format);
      return { ...parts, reporter, source: openSource(plan, io) };
    }
    case "json":
      return {
        ...parts,
        reporter: new JsonReporter(io),
        source: openSource(plan, io),
      };
  }
}

function isTyped({ format, execute }: ConnectPlan, io: ProcessIo): boolean {
  return io.isInteractive && format === "text" && execute.length === 0;
}
