/**
 * What the scripts answer, as the answers of a store.
 *
 * @module
 */

import type { Era } from "../../../session/flow/positions.ts";
import type {
  AcceptAnswer,
  AppendAnswer,
  AttachAnswer,
  AttachClaim,
  Attached,
  EndAnswer,
  Refused,
  Stored,
} from "../../../session/store/store.ts";
import type { Payload } from "../../../session/wire/payload.ts";
import { textOf } from "./client.ts";

/** The answer to `attach()`. */
export function attachAnswer(
  reply: unknown,
  { session }: AttachClaim,
): AttachAnswer {
  const [kind, ...values] = listOf(reply);
  switch (textOf(kind)) {
    case "busy":
      return { kind: "busy", node: textOf(values[0]) };
    case "attached":
      return attached(session, values);
    default:
      return refused(values);
  }
}

/** The answer to `append()`. */
export function appendAnswer(reply: unknown): AppendAnswer {
  const [kind, ...values] = listOf(reply);
  const number = (index: number) => numberOf(values[index]);
  switch (textOf(kind)) {
    case "appended":
      return {
        kind: "appended",
        first: number(0),
        last: number(1),
        dropped: number(2),
        bytes: number(3),
        node: nodeOf(values[4]),
      };
    case "full":
      return { kind: "full", messages: number(0), bytes: number(1) };
    case "too-large":
      return { kind: "too-large", maxMessage: number(0) };
    default:
      return { kind: "gone" };
  }
}

/** The answer to `accept()`. */
export function acceptAnswer(reply: unknown): AcceptAnswer {
  const [kind, last, bytes] = listOf(reply);
  switch (textOf(kind)) {
    case "accepted":
      return {
        kind: "accepted",
        last: numberOf(last),
        bytes: numberOf(bytes),
      };
    case "fenced":
      return { kind: "fenced" };
    default:
      return { kind: "gone" };
  }
}

/** The answer to `end()`. */
export function endAnswer(reply: unknown): EndAnswer {
  const [kind, accepted, claimed, node, left] = listOf(reply);
  switch (textOf(kind)) {
    case "ended":
      return {
        kind: "ended",
        accepted: numberOf(accepted),
        claimed: numberOf(claimed),
        unconsumed: storedOf(left),
        node: nodeOf(node),
      };
    case "fenced":
      return { kind: "fenced" };
    default:
      return { kind: "gone" };
  }
}

/** Entries of a log. */
export function storedOf(reply: unknown): readonly Stored[] {
  return listOf(reply).map((entry) => {
    const [id, fields] = listOf(entry);
    const [, , kind, data] = listOf(fields);
    return {
      seq: parseInt(textOf(id), 10),
      data: payloadOf(textOf(kind), data as Uint8Array),
      bytes: (data as Uint8Array).byteLength,
    };
  });
}

/** Data of a log or a notice. */
export function payloadOf(kind: string, data: Uint8Array): Payload {
  return kind === "t" ? textOf(data) : new Uint8Array(data);
}

/** A list of an answer. */
export function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}

/** A number of an answer. */
export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : Number(textOf(value));
}

function attached(session: string, values: readonly unknown[]): Attached {
  const number = (index: number) => numberOf(values[index]);
  return {
    kind: "attached",
    lease: { session, fence: number(0), generation: textOf(values[10]) },
    accepted: number(1),
    at: number(2),
    uncertain: number(3),
    trimmed: number(4),
    last: number(5),
    bytes: number(12),
    orphans: number(6),
    forgotten: number(7),
    lineage: lineageOf(textOf(values[8])),
    meta: textOf(values[9]),
    holder: nodeOf(values[11]),
  };
}

function refused([reason, ...values]: readonly unknown[]): Refused {
  const why = textOf(reason) as Refused["why"];
  if (values.length === 0) return { kind: "refused", why };
  const number = (index: number) => numberOf(values[index]);
  return {
    kind: "refused",
    why,
    fate: {
      got: number(0),
      uncertain: number(1),
      at: number(2),
      last: number(3),
    },
  };
}

function lineageOf(text: string): readonly Era[] {
  return text.split(",").map((part) => {
    const [generation = "", first] = part.split(":");
    return { generation, first: Number(first) };
  });
}

/** An empty name stands for no node. */
function nodeOf(value: unknown): string | undefined {
  const node = textOf(value);
  return node === "" ? undefined : node;
}
