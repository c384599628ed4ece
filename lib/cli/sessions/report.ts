/**
 * Sessions as text for people and as JSON for programs.
 *
 * @module
 */

import type { Ended } from "../../session/store/store.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { fitStart, widthOf } from "../terminal/text_width.ts";
import { visibleJson, visibleLine } from "../terminal/visible_text.ts";
import type { SessionFacts } from "./catalogue.ts";

/** What matters least is last: a narrow terminal shows the beginning of lines. */
const HEAD = ["SESSION", "STATE", "OVER IN", "WAITING", "PRINCIPAL", "NODE"];

/** The table of a list, within the width of the terminal. */
export function tableOf(
  sessions: readonly SessionFacts[],
  { stdoutIsTerminal, columns }: Pick<
    CommandIo,
    "stdoutIsTerminal" | "columns"
  >,
): string {
  const rows = [HEAD, ...sessions.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column]!)))
  );
  const room = stdoutIsTerminal ? columns : Infinity;
  const lines = rows.map((row) => {
    const line = row.map((cell, column) =>
      cell + " ".repeat(widths[column]! - widthOf(cell))
    ).join("  ").trimEnd();
    return fitStart(line, room);
  });
  return `${lines.join("\n")}\n`;
}

/** All that is known of one session. */
export function detailsOf(facts: SessionFacts): string {
  const { accepted, claimed, uncertain, waiting, attempt, fence } = facts;
  const lines: readonly (readonly [name: string, text: string])[] = [
    ["session", facts.session],
    ["principal", facts.principal],
    ["state", `${facts.state}${facts.node ? ` to node ${facts.node}` : ""}`],
    [isAlive(facts) ? "over in" : "forgotten in", timeText(facts.remaining)],
    ["protocol", facts.protocol || "none"],
    [
      "accepted",
      `up to ${accepted}` +
      (claimed > accepted ? `; up to ${claimed} may be in the handler` : "") +
      (uncertain > accepted ? `; up to ${uncertain} come as redelivered` : ""),
    ],
    [
      "waiting",
      `${waiting.messages} of ${waiting.last} messages to the client ` +
      `(${waiting.bytes} bytes)`,
    ],
    ["attached", `${times(fence)}, at the client's dial ${attempt}`],
    ["generations", facts.generations.join(", ")],
  ];
  return lines.map(([name, text]) => `${name.padEnd(14)}${visibleLine(text)}\n`)
    .join("");
}

/** The text for an end. */
export function endText(session: string, ended: Ended): string {
  const { accepted, unconsumed, node } = ended;
  const bytes = unconsumed.reduce((sum, message) => sum + message.bytes, 0);
  const closing = node === undefined
    ? ""
    : `; node ${node} closes its connection`;
  return visibleLine(
    `Ended ${session}: ${accepted} messages of the client accepted, ` +
      `${unconsumed.length} to it not consumed (${bytes} bytes)${closing}`,
  ) + "\n";
}

/** A session as a line of JSON. */
export function factsJson(facts: SessionFacts): string {
  return `${visibleJson({ ...facts, node: facts.node ?? null })}\n`;
}

/** An end as a line of JSON, with the messages that are lost with it. */
export function endJson(session: string, ended: Ended): string {
  const { accepted, claimed, node = null } = ended;
  const unconsumed = ended.unconsumed.map(({ seq, data }) => ({
    seq,
    data: typeof data === "string" ? data : { base64: data.toBase64() },
  }));
  const fields = { session, accepted, claimed, node, unconsumed };
  return `${visibleJson(fields)}\n`;
}

function cellsOf(facts: SessionFacts): readonly string[] {
  const { session, state, remaining, waiting, node, principal } = facts;
  return [
    visibleLine(session),
    state,
    timeText(remaining),
    waiting.messages === 0 ? "-" : `${waiting.messages} (${waiting.bytes} B)`,
    visibleLine(principal),
    visibleLine(node ?? "-"),
  ];
}

function isAlive({ state }: SessionFacts): boolean {
  return state === "attached" || state === "detached";
}

function timeText(milliseconds: number): string {
  if (milliseconds <= 0) return "now";
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200
    ? `${Math.round(seconds / 60)} min`
    : `${Math.round(seconds / 3_600)} h`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
