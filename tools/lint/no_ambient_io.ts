/**
 * The lint rule of CONTRIBUTING.md ("Who may import whom"): in `lib/`, only the
 * platform, the transports, the client and the command line may name a global
 * that does I/O, tells the time or draws a random number. Types may be named
 * anywhere.
 *
 * It sees names, not scopes: a local variable called like such a global is
 * reported too, because its reader would be misled as well.
 *
 * @module
 */

const CLOCK = [
  "Date",
  "Temporal",
  "cancelAnimationFrame",
  "clearInterval",
  "clearTimeout",
  "performance",
  "requestAnimationFrame",
  "requestIdleCallback",
  "setImmediate",
  "setInterval",
  "setTimeout",
];

const RANDOMNESS = ["crypto"];

const IO = [
  "BroadcastChannel",
  "Deno",
  "EventSource",
  "SharedWorker",
  "WebSocket",
  "WebSocketStream",
  "WebTransport",
  "Worker",
  "XMLHttpRequest",
  "addEventListener",
  "alert",
  "caches",
  "confirm",
  "console",
  "document",
  "fetch",
  "globalThis",
  "importScripts",
  "indexedDB",
  "localStorage",
  "location",
  "navigator",
  "process",
  "prompt",
  "reportError",
  "self",
  "sessionStorage",
  "window",
];

const AMBIENT: ReadonlySet<string> = new Set([...CLOCK, ...RANDOMNESS, ...IO]);

// Each of these is pure but for the named members.
const AMBIENT_MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["AbortSignal", ["timeout"]],
  ["Math", ["random"]],
]);

const LIBRARY = /(?:^|[/\\])lib[/\\]/;
const ALLOWED = /(?:^|[/\\])lib[/\\](?:cli|client|platform|transport)[/\\]/;

const plugin: Deno.lint.Plugin = {
  name: "holdfast",
  rules: {
    "no-ambient-io": {
      create(context) {
        if (!LIBRARY.test(context.filename) || ALLOWED.test(context.filename)) {
          return {};
        }
        const report = (node: Deno.lint.Node, name: string) =>
          context.report({
            node,
            message: `Cannot name ${name} here: only lib/platform/, ` +
              "lib/transport/, lib/client/ and lib/cli/ may",
            hint:
              "Take it as an argument: clocks come from lib/platform/clock.ts",
          });
        return {
          Identifier(node) {
            if (AMBIENT.has(node.name) && isValue(node)) {
              report(node, node.name);
            }
            const members = AMBIENT_MEMBERS.get(node.name);
            if (members !== undefined && isValue(node)) {
              const member = memberOf(node);
              if (member === undefined || members.includes(member)) {
                report(node, `${node.name}.${member ?? members.join()}`);
              }
            }
          },
        };
      },
    },
  },
};

export default plugin;

/** Whether an identifier is read as a value: not a key, a type or a label. */
function isValue(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || !isSame(parent.property, node);
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.computed || !isSame(parent.key, node);
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return false;
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
      return true;
    default:
      return !parent.type.startsWith("TS");
  }
}

/** The member that is taken of an object, if that can be seen. */
function memberOf(node: Deno.lint.Identifier): string | undefined {
  const parent = node.parent;
  if (parent.type !== "MemberExpression" || parent.computed) return undefined;
  return parent.property.type === "Identifier"
    ? parent.property.name
    : undefined;
}

// A node is made anew on each access, so identity does not tell.
function isSame(a: Deno.lint.Node, b: Deno.lint.Node): boolean {
  return a.range[0] === b.range[0] && a.range[1] === b.range[1];
}
