/**
 * Loads a hooks module, and finds out whether it can ever work.
 *
 * @module
 */

import type { Setup } from "../../boundary/protocol.ts";
import { requireHook } from "./hook_calls.ts";
import { HookError, type Hooks } from "./hooks.ts";
import { isPermanent, watchPolicy } from "../../platform/import_failure.ts";

/** The parts of a setup that name hooks. */
export type HooksSetup = Pick<Setup, "config" | "hooks" | "token">;

const NAMES = [
  "url",
  "token",
  "greeting",
  "ping",
  "isPong",
  "classify",
] as const;

/** How often the import of a module failed, by its URL. */
const failures = new Map<string, number>();

/**
 * Imports the hooks module and checks what it exports.
 *
 * @throws {HookError} It cannot be loaded, or can never work.
 */
export async function loadHooks(setup: HooksSetup): Promise<Hooks> {
  if (setup.hooks === undefined) return {};
  const module = await load(setup.hooks);
  for (const name of NAMES) checkExport(module, name);
  for (const name of wantedBy(setup)) requireHook(module, name);
  return module;
}

async function load(url: string): Promise<Record<string, unknown>> {
  const policy = watchPolicy();
  const failed = failures.get(url) ?? 0;
  try {
    // Platforms keep the failure of a URL; a fragment makes it another one, and
    // is not sent. It stays, so that connections share one instance.
    return await import(failed === 0 ? url : `${url}#${failed}`);
  } catch (error) {
    failures.set(url, failed + 1);
    const retryable = !policy.forbade(url) && !isPermanent(error, url);
    throw new HookError("hooks", error, { retryable });
  } finally {
    policy.stop();
  }
}

function checkExport(module: Record<string, unknown>, name: string): void {
  const type = typeof module[name];
  if (type === "undefined" || type === "function") return;
  const error = new TypeError(
    `Cannot use the export ${name}: it must be a function, not of type ${type}`,
  );
  throw new HookError("hooks", error, { retryable: false });
}

/** The hooks that other options name. */
function wantedBy({ token, config }: HooksSetup): readonly (keyof Hooks)[] {
  const { greeting, heartbeat } = config;
  return [
    ...token?.source.kind === "hook" ? ["token"] as const : [],
    ...greeting?.hook === true ? ["greeting"] as const : [],
    ...isHook(heartbeat?.message) ? ["ping"] as const : [],
    ...isHook(heartbeat?.expect) ? ["isPong"] as const : [],
  ];
}

function isHook(value: unknown): boolean {
  return typeof value === "object" && value !== null && "hook" in value;
}
