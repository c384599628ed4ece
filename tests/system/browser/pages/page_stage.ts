/**
 * The page of `deno task page` in Chromium, and what its server hears.
 *
 * @module
 */

import { type Sample, SLOT } from "../../../../examples/browser/protocol.ts";
import { type Page, servePage } from "../../../../examples/browser/server.ts";
import { Chromium, type Visit, type VisitOptions } from "./chromium.ts";
import { until } from "../../waiting.ts";

/** So many samples are a second. */
export const STEADY = 1_000 / SLOT;

type Tab = Visit["page"];

/** The page in a browser of its own, and its server; disposing it ends both. */
export interface Stage extends Visit, AsyncDisposable {
  readonly server: Page;
}

interface StageOptions extends VisitOptions {
  readonly hostname?: string;
}

/** Opens the page, and waits until both clients have been heard for a second. */
export async function openPage(
  { hostname = "127.0.0.1", ...options }: StageOptions = {},
): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await servePage(0));
  const browser = opened.use(await Chromium.start());
  const url = server.url.replace("127.0.0.1", hostname);
  const visit = await browser.visit(url, options);
  await settled(server);
  const stage = opened.move();
  return {
    ...visit,
    server,
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
}

/** Presses a button as somebody without a mouse does. */
export async function press(page: Tab, name: string): Promise<void> {
  await page.getByRole("button", { name }).press("Enter");
}

export function textOf(page: Tab, id: string): Promise<string | null> {
  return page.locator(`#${id}`).textContent();
}

/** Waits until both clients have been heard for a second. */
export function settled(server: Page): Promise<void> {
  return until(() => {
    const samples = newest(server, STEADY);
    return samples.length === STEADY && samples.every(isQuick);
  });
}

function isQuick({ gaps: { plain, holdfast } }: Sample): boolean {
  return plain !== null && plain < 500 && holdfast !== null && holdfast < 500;
}

/** The last samples of the last visitor. */
export function newest(server: Page, count: number): readonly Sample[] {
  return [...server.visitors.values()].at(-1)?.samples.slice(-count) ?? [];
}
