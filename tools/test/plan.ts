/**
 * Which tests run together. A test that waits costs no processor time, so many of
 * them run side by side; a test that measures time runs beside few others.
 *
 * @module
 */

/** Files that run one after the other, in a process each or in one. */
export interface Job {
  /** What the progress shows. */
  readonly name: string;
  readonly files: readonly string[];
  /** For `deno test`, besides those that each run has. */
  readonly flags?: readonly string[];
}

/** Folders in tests/ whose tests run by themselves, with flags of their own. */
export interface Special {
  readonly name: string;
  readonly folders: readonly string[];
  readonly flags: readonly string[];
}

/** Jobs that run in the same period; a period begins when the one before it is over. */
export interface Phase {
  readonly name: string;
  /** How many chains run at a time. */
  readonly lanes: number;
  /** The jobs of a chain run one after the other. */
  readonly chains: readonly (readonly Job[])[];
  /** A chain beside the others. The period is over when it has ended as well. */
  readonly background: readonly Job[];
}

/** Whose bounds in time are so tight that nothing may run beside but patient tests. */
export const ALONE: readonly string[] = [
  "tests/system/browser/page_test.ts",
  "tests/system/worker/fairness_test.ts",
  "tests/system/worker/isolation_test.ts",
  "tests/system/process/runtimes_test.ts",
];

/**
 * Which have deadlines of some 100 ms, and use little processor time themselves:
 * they do not disturb each other. The longest are first.
 */
export const CALM: readonly string[] = [
  "tests/system/liveness/network_test.ts",
  "tests/system/liveness/blocked_test.ts",
  "tests/examples/auth_test.ts",
  "tests/examples/demo_test.ts",
  "tests/system/liveness/heartbeat_test.ts",
  "tests/system/liveness/proxy_test.ts",
  "tests/system/connection/heartbeat_test.ts",
  "tests/system/liveness/suspended_test.ts",
  "tests/examples/blocked_main_test.ts",
  "tests/system/liveness/tls_test.ts",
];

/**
 * Which start Chromium, Firefox or WebKit, whose processes fill a small machine:
 * one at a time.
 */
export const BROWSERS: readonly string[] = [
  "tests/system/browser/blocked_test.ts",
  "tests/system/browser/bundlers_test.ts",
  "tests/system/browser/engines_test.ts",
  "tests/system/browser/frozen_test.ts",
  "tests/system/browser/hooks_test.ts",
  "tests/system/browser/large_test.ts",
  "tests/system/browser/restored_test.ts",
  "tests/system/browser/service_worker_test.ts",
  "tests/system/browser/suite_test.ts",
  "tests/system/browser/tabs_test.ts",
  "tests/system/browser/session_test.ts",
  "tests/system/browser/whatwg_test.ts",
];

/** Which take longest, and begin first, so that none is left over at the end. */
export const LONG: readonly string[] = [
  "tests/system/chaos/sessions/chaos_test.ts",
  "tests/system/chaos/sessions/nodes/chaos_test.ts",
  "tests/system/chaos/chaos_test.ts",
  "tests/system/connection/reconnects_test.ts",
  "tests/system/network/malformed_test.ts",
  "tests/system/soak/soak_test.ts",
  "tests/system/network/tcp_leaks_test.ts",
  "tests/examples/nodes_test.ts",
  "tests/system/connection/lifecycle_test.ts",
  "tests/system/identity/security_test.ts",
];

/**
 * Which try very many inputs. They need no flags of their own, as the tests of
 * each file reach all of its branches; to count what they run would take half as
 * long again.
 */
const EXPLORES =
  /\/conformance\/|\/(?:model|histories|(?:\w+_)?fuzz)_test\.ts$/;

/**
 * Folders in tests/ whose tests depend on no time, or on a clock of their own, or
 * have bounds of many seconds. They run beside those that run alone.
 */
export const PATIENT: readonly string[] = [
  "boundary",
  "cli",
  "client",
  "connection",
  "identity",
  "messages",
  "otel",
  "platform",
  "queue",
  "rfc6455",
  "session",
  "transport",
  "worker",
];

/** Sorts test files into phases, for a machine with so many processors. */
export function plan(
  files: readonly string[],
  processors: number,
  special?: Special,
): Phase[] {
  const lanes = 2 * processors;
  const inside = files.filter((file) => !isOutside(file));
  const chains = [
    select(files, BROWSERS),
    units("unit tests", inside.filter((file) => !isIn(PATIENT, file))),
    ...select(files, LONG).map((job) => [job]),
    ...files.filter((file) => isOutside(file) && !LISTED.has(file))
      .map((file) => [single(file)]),
  ];
  return [
    {
      name: "alone",
      lanes: 1,
      chains: select(files, ALONE).map((job) => [job]),
      background: patient(
        inside.filter((file) => isIn(PATIENT, file)),
        special,
      ),
    },
    {
      name: "calm",
      lanes: 3 * processors,
      chains: select(files, CALM).map((job) => [job]),
      background: [],
    },
    {
      name: "side by side",
      lanes,
      chains: chains.filter((jobs) => jobs.length > 0),
      background: [],
    },
  ];
}

const LISTED: ReadonlySet<string> = new Set([
  ...ALONE,
  ...CALM,
  ...BROWSERS,
  ...LONG,
]);

/** Patient tests, those that are special in a process of their own. */
function patient(
  files: readonly string[],
  special: Special = { name: "", folders: [], flags: [] },
): readonly Job[] {
  const isSpecial = (file: string) =>
    !EXPLORES.test(file) && isIn(special.folders, file);
  return [
    ...units(special.name, files.filter(isSpecial), special.flags),
    ...units("patient unit tests", files.filter((file) => !isSpecial(file))),
  ];
}

/** Tests that are quick, and share a process. */
function units(
  name: string,
  files: readonly string[],
  flags: readonly string[] = [],
): readonly Job[] {
  // Without a file, Deno would run all there are.
  if (files.length === 0) return [];
  return [{ name, files, flags: [PARALLEL, ...flags] }];
}

function isIn(folders: readonly string[], file: string): boolean {
  return folders.some((folder) => file.startsWith(`tests/${folder}/`));
}

const PARALLEL = "--parallel";

/** The files of a list that are there, in its order. */
function select(
  files: readonly string[],
  list: readonly string[],
): readonly Job[] {
  return list.filter((file) => files.includes(file)).map(single);
}

/**
 * Whether it starts servers, programs or workers, and mostly waits. The other
 * folders have the parts of such tests, whose own tests are quick.
 */
function isOutside(file: string): boolean {
  return LISTED.has(file) || (OUTSIDE.test(file) && !PARTS.test(file));
}

const OUTSIDE = /^tests\/(?:examples|system\/[^/]+)\/[^/]+$/;
const PARTS = /^tests\/system\/(?:chaos|soak)\//;

function single(file: string): Job {
  return { name: file, files: [file] };
}
