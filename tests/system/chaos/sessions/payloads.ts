/**
 * The messages of the lab: what is done with one stands in it.
 *
 * @module
 */

/** What a handler does before it returns. */
export type Handling =
  /** Replies at once. */
  | { readonly kind: "now" }
  /** Replies after so many milliseconds. */
  | { readonly kind: "later"; readonly milliseconds: number }
  /** Throws the first time, once it has given a reply. */
  | { readonly kind: "throw" };

/** A message of the client. */
export interface Request {
  readonly number: number;
  readonly handling: Handling;
  /** The size of its padding and of that of the reply. */
  readonly size: number;
}

/** Each third message is binary. */
const BINARY = 3;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the client sends. */
export function encodeRequest(
  { number, handling, size }: Request,
): string | Uint8Array<ArrayBuffer> {
  const wait = handling.kind === "later" ? handling.milliseconds : 0;
  const text = `c${number} ${handling.kind} ${wait} ${size} ${
    "x".repeat(size)
  }`;
  return number % BINARY === 0 ? encoder.encode(text) : text;
}

/** Reads it; `undefined`: the client cannot have said that. */
export function decodeRequest(data: string | Uint8Array): Request | undefined {
  const match = /^c(\d+) (now|later|throw) (\d+) (\d+) (x*)$/.exec(
    textOf(data),
  );
  if (match === null) return undefined;
  const [, number, kind, wait, size, padding = ""] = match;
  if (padding.length !== Number(size)) return undefined;
  const handling: Handling = kind === "later"
    ? { kind, milliseconds: Number(wait) }
    : { kind: kind === "throw" ? "throw" : "now" };
  return { number: Number(number), handling, size: Number(size) };
}

/** What the server says under a label. */
export function encodeLabel(label: string, size: number): string {
  return `${label} ${size} ${"x".repeat(size)}`;
}

/** Reads the label; `undefined`: the server cannot have said that. */
export function decodeLabel(data: unknown): string | undefined {
  const match = /^([rp]\d[\w.-]*) (\d+) (x*)$/.exec(String(data));
  if (match === null) return undefined;
  const [, label, size, padding = ""] = match;
  return padding.length === Number(size) ? label : undefined;
}

/** The label of a reply. */
export function replyLabel(number: number, run: string): string {
  return `r${number}.${run}`;
}

/** The label of a push. */
export function pushLabel(push: number): string {
  return `p${push}`;
}

function textOf(data: string | Uint8Array): string {
  return typeof data === "string" ? data : decoder.decode(data);
}
