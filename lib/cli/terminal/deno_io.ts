/**
 * The surroundings of the command line in Deno.
 *
 * @module
 */

import { PLATFORM_CLOCK } from "../../platform/clock.ts";
import type { SessionIo } from "./command_io.ts";

const FALLBACK_COLUMNS = 80;
const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];

/** Gives the standard streams, signals and environment of this process. */
export function denoIo(): SessionIo {
  const encoder = new TextEncoder();
  const { stdin, stdout, stderr } = Deno;
  return {
    write: (text) => writeAllSync(stdout, encoder.encode(text)),
    error: (text) => writeAllSync(stderr, encoder.encode(text)),
    writeBytes: (bytes) => writeAll(stdout, bytes),
    isTerminal: stderr.isTerminal(),
    isInteractive: [stdin, stdout, stderr].every((file) => file.isTerminal()),
    get columns() {
      return stderr.isTerminal()
        ? Deno.consoleSize().columns
        : FALLBACK_COLUMNS;
    },
    noColor: Deno.noColor || !stderr.isTerminal(),
    get stdin() {
      return stdin.readable;
    },
    clock: PLATFORM_CLOCK,
    setKeys: (mode) => stdin.setRaw(mode === "raw", { cbreak: true }),
    environment: (name) => Deno.env.get(name),
    onInterrupt,
  };
}

function onInterrupt(listener: () => void): () => void {
  for (const signal of SIGNALS) Deno.addSignalListener(signal, listener);
  return () => {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, listener);
  };
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
