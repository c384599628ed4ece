/**
 * Whether a module that could not be imported can be imported later.
 *
 * No standard says how an import fails. These are the words of V8, Deno and the
 * browsers; an unknown one is worth another attempt.
 *
 * @module
 */

import { isPassing } from "./download_failure.ts";

/** Statuses that pass. */
const PASSING = /^(?:408|425|429|5\d\d)$/;
/** The code of each error of Deno's module loader, and of Node's where nothing is there. */
const NOT_FOUND = "ERR_MODULE_NOT_FOUND";
/** The code of Node for a URL of `https:`. */
const NOT_LOADABLE = "ERR_UNSUPPORTED_ESM_URL_SCHEME";
/** How browsers say that there is no module; they hide why. */
const NOT_FETCHED = /dynamically imported module|importing a module script/i;

/** Returns whether another import would fail as well. */
export function isPermanent(error: unknown, url: string): boolean {
  if (!(error instanceof Error)) return false;
  const code: unknown = Reflect.get(error, "code");
  if (code === NOT_LOADABLE) return true;
  if (code === NOT_FOUND) return !isPassing(error.message);
  // The module has a syntax error, unless JSON caused it.
  if (error instanceof SyntaxError) return !/json/i.test(error.message);
  if (!NOT_FETCHED.test(error.message)) return false;
  const status = statusOf(url);
  return status >= 400 && !PASSING.test(`${status}`);
}

/** The status that a browser got for a URL last; 0: it does not say. */
function statusOf(url: string): number {
  const entry = performance.getEntriesByType("resource").findLast(({ name }) =>
    name === url
  );
  return Number(entry && Reflect.get(entry, "responseStatus")) || 0;
}

/** What the content security policy forbids, from now on. */
export interface PolicyWatch {
  /** Whether it forbade to load this. */
  forbade(url: string): boolean;
  /** Watches no longer. */
  stop(): void;
}

/** A scope that has events, or one of Node, which has none and no policy. */
type Scope = Partial<
  Pick<EventTarget, "addEventListener" | "removeEventListener">
>;

/** Watches what the content security policy of a worker forbids. */
export function watchPolicy(scope: Scope = globalThis): PolicyWatch {
  const forbidden = new Set<unknown>();
  const onViolation = (event: object) =>
    void forbidden.add(Reflect.get(event, "blockedURI"));
  scope.addEventListener?.("securitypolicyviolation", onViolation);
  return {
    forbade: (url) => forbidden.has(url),
    stop: () =>
      scope.removeEventListener?.("securitypolicyviolation", onViolation),
  };
}
