/**
 * A progress bar on a terminal.
 *
 * @module
 */

import type { CommandIo } from "./command_io.ts";

const LONGEST_BAR = 40;
const CLEAR_LINE = "\r\x1b[K";

/**
 * Makes a function to call after each step. On a terminal it draws the bar, and
 * the last call clears it; elsewhere it does nothing.
 *
 * @param steps How many steps there are.
 */
export function progressBar(
  steps: number,
  io: Pick<CommandIo, "error" | "stderrIsTerminal" | "columns">,
): () => void {
  let done = 0;
  return () => {
    done += 1;
    if (!io.stderrIsTerminal) return;
    io.error(done < steps ? `\r${bar(done / steps, io.columns)}` : CLEAR_LINE);
  };
}

function bar(part: number, columns: number): string {
  const percent = `${Math.floor(100 * part)} %`.padStart(5);
  const room = columns - percent.length - 4;
  const length = Math.max(0, Math.min(LONGEST_BAR, room));
  const full = Math.floor(part * length);
  return `[${"#".repeat(full)}${".".repeat(length - full)}]${percent}`;
}
