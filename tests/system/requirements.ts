/**
 * What tests need besides Deno. On a newcomer's machine a test whose
 * requirement is missing is ignored, and the reason is printed; in CI (the
 * environment variable `CI` is set) it is an error.
 *
 * ```ts ignore
 * Deno.test("survives nginx", requires("nginx"), async () => {});
 * ```
 *
 * @module
 */

interface Need {
  readonly isMet: () => boolean;
  readonly advice: string;
}

/** WebKit's own browser stands where the architecture says. */
const WEBKIT =
  `/usr/lib/${Deno.build.arch}-linux-gnu/webkit2gtk-4.1/MiniBrowser`;

/** Where Debian puts the programs that tests start. */
export const PROGRAMS = {
  chromium: "/usr/bin/chromium",
  firefox: "/usr/bin/firefox-esr",
  haproxy: "/usr/sbin/haproxy",
  ip: "/usr/sbin/ip",
  mosquitto: "/usr/sbin/mosquitto",
  nginx: "/usr/sbin/nginx",
  openssl: "/usr/bin/openssl",
  python: "/usr/bin/python3",
  redis: "/usr/bin/redis-server",
  tinyproxy: "/usr/bin/tinyproxy",
  webkit: WEBKIT,
  xvfb: "/usr/bin/xvfb-run",
} as const;

/** Asks npm for a package that the tests install, from its cache if need be. */
const VIEW_PACKAGE = [
  "view",
  "vite@8",
  "version",
  "--silent",
  "--prefer-offline",
  "--fetch-retries=0",
  "--fetch-timeout=10000",
];

const NEEDS = {
  chromium: {
    isMet: () => isFile(PROGRAMS.chromium),
    advice: "install Debian's chromium",
  },
  firefox: {
    isMet: () => isFile(PROGRAMS.firefox),
    advice: "install Debian's firefox-esr",
  },
  haproxy: {
    isMet: () => isFile(PROGRAMS.haproxy),
    advice: "install Debian's haproxy",
  },
  nginx: {
    isMet: () => isFile(PROGRAMS.nginx),
    advice: "install Debian's nginx-light",
  },
  npm: {
    isMet: () => succeeds("npm", VIEW_PACKAGE),
    advice: "install Debian's npm, and let it reach its registry",
  },
  openssl: {
    isMet: () => isFile(PROGRAMS.openssl),
    advice: "install Debian's openssl",
  },
  redis: {
    isMet: () => isFile(PROGRAMS.redis),
    advice: "install Debian's redis-server",
  },
  tinyproxy: {
    isMet: () => isFile(PROGRAMS.tinyproxy),
    advice: "install Debian's tinyproxy",
  },
  webkit: {
    isMet: () => isFile(PROGRAMS.webkit) && isFile(PROGRAMS.xvfb),
    advice: "install Debian's webkit2gtk-driver and xvfb",
  },
  "pseudo-terminal": {
    isMet: () => succeeds(PROGRAMS.python, ["-c", "import pty, termios"]),
    advice: "install Debian's python3",
  },
  "python-websockets": {
    isMet: () => succeeds(PROGRAMS.python, ["-c", "import websockets"]),
    advice: "install Debian's python3-websockets",
  },
  "network-namespaces": {
    isMet: () => isFile(PROGRAMS.ip) && canAddNamespace(),
    advice: "install Debian's iproute2 and run the tests as root",
  },
} satisfies Readonly<Record<string, Need>>;

/** Something that a test may need. */
export type Requirement = keyof typeof NEEDS;

const ignored = new Map<Requirement, boolean>();

/** The options of a test that cannot run without `requirements`. */
export function requires(
  ...requirements: readonly Requirement[]
): { readonly ignore: boolean } {
  return { ignore: requirements.filter(isMissing).length > 0 };
}

function isMissing(requirement: Requirement): boolean {
  const known = ignored.get(requirement);
  if (known !== undefined) return known;
  const { isMet, advice } = NEEDS[requirement];
  const missing = !isMet();
  if (missing && Deno.env.get("CI")) {
    throw new Error(`Cannot test without ${requirement} in CI: ${advice}`);
  }
  if (missing) {
    // deno-lint-ignore no-console
    console.warn(`Tests that need ${requirement} are ignored: ${advice}`);
  }
  ignored.set(requirement, missing);
  return missing;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function succeeds(program: string, args: string[]): boolean {
  const options = { args, stdout: "null", stderr: "null" } as const;
  try {
    return new Deno.Command(program, options).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

// Only the attempt tells: root in a container may lack the capability.
function canAddNamespace(): boolean {
  const name = `holdfast-${Deno.pid}`;
  return succeeds(PROGRAMS.ip, ["netns", "add", name]) &&
    succeeds(PROGRAMS.ip, ["netns", "delete", name]);
}
