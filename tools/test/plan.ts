/**
 * Which tests run together. A test that waits costs no processor time, so many of
 * them run side by side; a test that measures time needs the processors to be
 * idle, or for itself.
 *
 * @module
 */

/** Files that run one after the other, in a process each or in one. */
export interface Job {
  /** What the progress shows. */
  readonly name: string;
  readonly files: readonly string[];
  /** Whether the files run side by side in one process. */
  readonly parallel?: true;
}

/** Jobs that run in the same period; a period begins when the one before it is over. */
export interface Phase {
  readonly name: string;
  /** How many chains run at a time. */
  readonly lanes: number;
  /** The jobs of a chain run one after the other. */
  readonly chains: readonly (readonly Job[])[];
}

/** Whose bounds in time are so tight that nothing else may run. */
export const ALONE: readonly string[] = [
  "tests/system/browser_frozen_test.ts",
  "tests/system/fairness_test.ts",
  "tests/system/isolation_test.ts",
];

/**
 * Which have deadlines of some 100 ms, and use little processor time themselves:
 * they do not disturb each other.
 */
export const CALM: readonly string[] = [
  "tests/examples/demo_test.ts",
  "tests/system/heartbeat_test.ts",
  "tests/system/liveness_blocked_test.ts",
  "tests/system/liveness_heartbeat_test.ts",
  "tests/system/liveness_network_test.ts",
  "tests/system/liveness_proxy_test.ts",
  "tests/system/liveness_suspended_test.ts",
  "tests/system/liveness_tls_test.ts",
];

/** Which start Chromium, whose processes fill a small machine: one at a time. */
export const CHROMIUM: readonly string[] = [
  "tests/system/browser_bundlers_test.ts",
  "tests/system/browser_page_test.ts",
  "tests/system/browser_whatwg_test.ts",
];

/** Which take longest, and begin first, so that none is left over at the end. */
export const LONG: readonly string[] = [
  "tests/system/chaos/chaos_test.ts",
  "tests/system/reconnects_test.ts",
  "tests/system/malformed_test.ts",
  "tests/system/soak_test.ts",
  "tests/system/lifecycle_test.ts",
  "tests/system/identity_security_test.ts",
];

/** Folders whose files start servers, programs or workers, and mostly wait. */
const OUTSIDE = /^tests\/(?:examples|system)\//;

/** Sorts test files into phases, for a machine with so many processors. */
export function plan(files: readonly string[], processors: number): Phase[] {
  const isSpecial = (file: string) =>
    [...ALONE, ...CALM, ...CHROMIUM, ...LONG].includes(file);
  const present = (list: readonly string[]) =>
    list.filter((file) => files.includes(file)).map(single);
  const units = files.filter((file) => !OUTSIDE.test(file));
  const unit: Job = { name: "unit tests", files: units, parallel: true };
  const others = files.filter((file) => OUTSIDE.test(file) && !isSpecial(file));
  const side = [
    present(CHROMIUM),
    units.length > 0 ? [unit] : [],
    ...present(LONG).map((job) => [job]),
    ...others.map((file) => [single(file)]),
  ];
  const lanes = 2 * processors;
  return [
    { name: "alone", lanes: 1, chains: present(ALONE).map((job) => [job]) },
    { name: "calm", lanes, chains: present(CALM).map((job) => [job]) },
    {
      name: "side by side",
      lanes,
      chains: side.filter((jobs) => jobs.length > 0),
    },
  ];
}

function single(file: string): Job {
  return { name: file, files: [file] };
}
