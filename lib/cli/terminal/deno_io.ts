/**
 * The surroundings of the command line in Deno.
 *
 * @module
 */

import { PLATFORM_CLOCK } from "../../platform/clock.ts";
import type { ProcessIo } from "./command_io.ts";
import { OutputError } from "./output_error.ts";

const FALLBACK_COLUMNS = 80;
const INTERRUPTS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];
/** Windows cannot suspend a process by a key. */
const RESUMPTIONS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? []
  : ["SIGCONT"];

/** Gives the standard streams, signals and environment of this process. */
export function denoIo(): ProcessIo {
  const encoder = new TextEncoder();
  const { stdin } = Deno;
  const stdoutIsTerminal = Deno.stdout.isTerminal();
  const stderrIsTerminal = Deno.stderr.isTerminal();
  return {
    write: (text) => writeResults(encoder.encode(text)),
    error: (text) => writeNotes(encoder.encode(text)),
    writeBytes,
    stdoutIsTerminal,
    stderrIsTerminal,
    isInteractive: stdin.isTerminal() && stdoutIsTerminal && stderrIsTerminal,
    get columns() {
      return stdoutIsTerminal || stderrIsTerminal
        ? terminalColumns()
        : FALLBACK_COLUMNS;
    },
    noColor: Deno.noColor || !stdoutIsTerminal,
    get stdin() {
      return stdin.readable;
    },
    clock: PLATFORM_CLOCK,
    setKeys: (mode) => stdin.setRaw(mode === "raw", { cbreak: true }),
    environment: (name) => Deno.env.get(name),
    peekEnvironment,
    onInterrupt: (listener) => listen(INTERRUPTS, listener),
    onResume: (listener) => listen(RESUMPTIONS, listener),
  };
}

function peekEnvironment(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

function listen(
  signals: readonly Deno.Signal[],
  listener: () => void,
): () => void {
  for (const signal of signals) Deno.addSignalListener(signal, listener);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, listener);
  };
}

/** A pseudo-terminal without a size says that it has 0 columns. */
function terminalColumns(): number {
  return Deno.consoleSize().columns || FALLBACK_COLUMNS;
}

function writeResults(bytes: Uint8Array): void {
  try {
    writeAllSync(Deno.stdout, bytes);
  } catch (error) {
    throw new OutputError(error);
  }
}

function writeNotes(bytes: Uint8Array): void {
  try {
    writeAllSync(Deno.stderr, bytes);
  } catch {
    // There is no other place for notes, and the command can go on.
  }
}

async function writeBytes(bytes: Uint8Array): Promise<void> {
  try {
    await writeAll(Deno.stdout, bytes);
  } catch (error) {
    throw new OutputError(error);
  }
}

function writeAllSync(
  file: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
): void {
  let written = 0;
  while (written < bytes.length) {
    written += file.writeSync(bytes.subarray(written));
  }
}

async function writeAll(
  file: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(bytes.subarray(written));
  }
}
