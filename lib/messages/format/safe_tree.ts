/**
 * Refuses decoded values that are too deep, or that pollute prototypes when they
 * are merged. Nothing here recurses.
 *
 * @module
 */

import { DecodeError } from "./errors.ts";

interface Node {
  readonly value: object;
  readonly depth: number;
}

/** Throws if objects and arrays are nested too deep. */
export function checkTree(root: unknown, maxDepth: number): void {
  walk(root, ({ depth }) => {
    if (depth > maxDepth) throw tooDeep(maxDepth, "");
  });
}

/**
 * Throws if a key of an object would, when the object is merged into another
 * one, change a prototype: `__proto__`, or `constructor` with a `prototype` in it.
 */
export function checkKeys(root: unknown): void {
  walk(root, ({ value }) => {
    if (Object.hasOwn(value, "__proto__")) throw poisoned("__proto__");
    if (hasPrototype(value)) throw poisoned("constructor.prototype");
  });
}

/** The error for a value that is too deep. */
export function tooDeep(maxDepth: number, excerpt: string): DecodeError {
  return new DecodeError(
    `Cannot decode a message that is too deep: maxDepth is ${maxDepth}`,
    { excerpt },
  );
}

function poisoned(key: string): DecodeError {
  return new DecodeError(
    `Cannot decode a message with a key that pollutes prototypes: ${key}`,
    { excerpt: `"${key}"` },
  );
}

function hasPrototype(value: object): boolean {
  if (!Object.hasOwn(value, "constructor")) return false;
  const { constructor }: { constructor: unknown } = value;
  return typeof constructor === "object" && constructor !== null &&
    Object.hasOwn(constructor, "prototype");
}

/** Visits each object and array once, even where they are shared or in a cycle. */
function walk(root: unknown, visit: (node: Node) => void): void {
  const seen = new Set<object>();
  const stack: Node[] = [];
  const push = (value: unknown, depth: number) => {
    if (!isTree(value) || seen.has(value)) return;
    seen.add(value);
    stack.push({ value, depth });
  };
  push(root, 1);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    visit(node);
    for (const member of Object.values(node.value)) {
      push(member, node.depth + 1);
    }
  }
}

/** Binary data has a key per byte, and none of them matters here. */
function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !ArrayBuffer.isView(value);
}
