import type { LogRecord } from "./log_record.ts";

/**
 * Turns a record into one line of JSON: `level`, `datetime` (milliseconds since
 * the epoch), `message`, and `args`, where one argument stands by itself.
 */
export function jsonFormatter(logRecord: LogRecord): string {
  const args = logRecord.args;
  return JSON.stringify({
    level: logRecord.levelName,
    datetime: logRecord.datetime.getTime(),
    message: logRecord.msg,
    args: args.length > 1 ? args : args[0],
  });
}

/** The formatters by name. */
export const formatters: { readonly jsonFormatter: typeof jsonFormatter } = {
  jsonFormatter,
};
