/**
 * Notices between nodes, as the scripts publish them.
 *
 * `a<session> <last> <count> <generation>` and a line break before `count`
 * messages, each `t` or `b`, its length, `:` and its data; `w<session> <fence>`;
 * `f<session> <fence> <why>`.
 *
 * @module
 */

import type { Stored, StoreNotice } from "../../../session/store/store.ts";
import { payloadOf } from "./answers.ts";
import { textOf } from "./client.ts";

const LINE_BREAK = 10;
const COLON = 58;

/**
 * Reads a notice. Returns `undefined` for one of another version, and for
 * messages of another generation.
 *
 * @param generation The generation that the reader knows. In another one, the
 * same numbers belong to other messages.
 */
export function readNotice(
  message: Uint8Array,
  generation: string,
): StoreNotice | undefined {
  const end = message.indexOf(LINE_BREAK);
  const header = textOf(end < 0 ? message : message.subarray(0, end));
  const [session = "", number, third, fourth] = header.slice(1).split(" ");
  switch (header[0]) {
    case "a": {
      if (fourth !== generation) return undefined;
      const last = Number(number);
      const body = message.subarray(end + 1);
      const messages = readMessages(body, last - Number(third) + 1);
      return { type: "appended", session, last, messages };
    }
    case "w":
      return { type: "wanted", session, fence: Number(number) };
    case "f": {
      const why = third === "taken" ? "taken" : "ended";
      return { type: "fenced", session, fence: Number(number), why };
    }
    default:
      return undefined;
  }
}

function readMessages(body: Uint8Array, first: number): readonly Stored[] {
  const messages: Stored[] = [];
  let offset = 0;
  while (offset < body.length) {
    const colon = body.indexOf(COLON, offset);
    const bytes = Number(textOf(body.subarray(offset + 1, colon)));
    const start = colon + 1;
    const kind = String.fromCharCode(body[offset]!);
    const data = payloadOf(kind, body.subarray(start, start + bytes));
    messages.push({ seq: first + messages.length, data, bytes });
    offset = start + bytes;
  }
  return messages;
}
