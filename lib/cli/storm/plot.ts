/**
 * Draws attempts and openings over time as SVG, one panel per policy.
 *
 * @module
 */

import { max } from "./figures.ts";
import type { Counts } from "./recorder.ts";
import { duration, type Scenario, WINDOW } from "./scenario.ts";

/** The content of one panel. */
export interface Series {
  readonly name: string;
  readonly counts: Counts;
}

const WIDTH = 860;
const PANEL = 150;
const GAP = 46;
const LEFT = 64;
const RIGHT = 20;
const TOP = 78;
const BOTTOM = 44;
/** The lowest count that the logarithmic axis shows. */
const FLOOR = 0.7;
/** How many labels a time axis has at most. */
const TICKS = 10;

/** Not all viewers know custom properties, so each colour is written twice. */
const STYLE = `
  text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 } .name { font-weight: 600 }
  .value { text-anchor: end } .time { text-anchor: middle }
  .page { fill: #ffffff } .away { fill: #f3eceb }
  .grid { stroke: #d8dee4; stroke-width: 1 }
  .attempts { fill: #d1632a } .openings { fill: #1f6feb }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .page { fill: #0d1117 } .away { fill: #2a2120 }
    .grid { stroke: #30363d } .attempts { fill: #e58a52 } .openings { fill: #58a6ff }
  }
`;

/** Draws what happened; all panels have the same axes. */
export function plot(scenario: Scenario, series: readonly Series[]): string {
  const height = TOP + series.length * (PANEL + GAP) - GAP + BOTTOM;
  const axes = axesOf(scenario, series);
  const panels = series.map((each, index) =>
    panel(scenario, each, { ...axes, top: TOP + index * (PANEL + GAP) })
  );
  const bottom = height - BOTTOM;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
<title id="title">Attempts and openings over time: ${
    escape(scenario.title)
  }</title>
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${height}"/>
<text class="title" x="${LEFT}" y="26">${escape(scenario.title)}</text>
${legend()}
${panels.join("\n")}
${timeLabels(axes, bottom)}
</svg>
`;
}

interface Axes {
  /** The count at the upper end, in powers of ten. */
  readonly decades: number;
  /** How many windows the time axis has. */
  readonly windows: number;
}

interface Panel extends Axes {
  readonly top: number;
}

function axesOf(scenario: Scenario, series: readonly Series[]): Axes {
  const most = Math.max(
    10,
    ...series.map(({ counts }) => max(counts.attempts)),
  );
  const end = scenario.outages.at(-1)!.until / WINDOW;
  const windows = Math.max(
    end,
    ...series.map(({ counts }) => counts.attempts.length),
  );
  return {
    decades: Math.ceil(Math.log10(most)),
    // A few late clients must not compress the rest.
    windows: Math.ceil(Math.min(windows, end + Math.max(end, 300))),
  };
}

function panel(
  { outages }: Scenario,
  { name, counts }: Series,
  axes: Panel,
): string {
  const { top } = axes;
  const away = outages.map(({ from, until }) => {
    const x = xOf(from / WINDOW, axes);
    const width = xOf(until / WINDOW, axes) - x;
    return `<rect class="away" x="${x}" y="${top}" width="${
      round(width)
    }" height="${PANEL}"/>`;
  });
  const description = `peak ${number(max(counts.attempts))} attempts, ${
    number(max(counts.openings))
  } openings`;
  return `<g>
${away.join("\n")}
${grid(axes)}
<path class="attempts" d="${bars(counts.attempts, axes)}"/>
<path class="openings" d="${bars(counts.openings, axes)}"/>
<text class="name" x="${LEFT}" y="${top - 9}">${escape(name)}</text>
<text class="value" x="${WIDTH - RIGHT}" y="${top - 9}">${description}</text>
</g>`;
}

function grid(axes: Panel): string {
  return Array.from({ length: axes.decades + 1 }, (_, decade) => {
    const y = yOf(10 ** decade, axes);
    return `<line class="grid" x1="${LEFT}" x2="${
      WIDTH - RIGHT
    }" y1="${y}" y2="${y}"/><text class="value" x="${LEFT - 8}" y="${
      round(y + 4)
    }">${number(10 ** decade)}</text>`;
  }).join("\n");
}

function bars(values: Uint32Array, axes: Panel): string {
  const width = round(xOf(1, axes) - xOf(0, axes));
  const bottom = axes.top + PANEL;
  return Array.from(
    values.subarray(0, axes.windows),
    (value, window) =>
      value === 0
        ? ""
        : `M${xOf(window, axes)} ${bottom}V${
          yOf(value, axes)
        }h${width}V${bottom}z`,
  )
    .join("");
}

function timeLabels(axes: Axes, bottom: number): string {
  const step = tickStep(axes.windows * WINDOW);
  const count = Math.floor(axes.windows * WINDOW / step) + 1;
  return Array.from(
    { length: count },
    (_, tick) =>
      `<text class="time" x="${xOf(tick * step / WINDOW, axes)}" y="${
        bottom + 20
      }">${tick === 0 ? "0" : duration(tick * step)}</text>`,
  )
    .join("\n");
}

/** Gives the smallest round distance that leaves room for labels, in milliseconds. */
function tickStep(span: number): number {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];
  const step = steps.find((each) => span / (each * 1_000) <= TICKS);
  return 1_000 * (step ?? 7_200);
}

function legend(): string {
  return [
    ["attempts", "attempts per 100 ms"],
    ["openings", "of these, openings"],
    ["away", "server away"],
  ].map(([name, text], index) => {
    const x = LEFT + index * 190;
    return `<rect class="${name}" x="${x}" y="36" width="12" height="12"/>` +
      `<text x="${x + 18}" y="46">${text}</text>`;
  }).join("\n");
}

function xOf(window: number, { windows }: Axes): number {
  return round(LEFT + (WIDTH - LEFT - RIGHT) * window / windows);
}

function yOf(value: number, { top, decades }: Panel): number {
  const low = Math.log10(FLOOR);
  const part = (Math.log10(value) - low) / (decades - low);
  return round(top + PANEL * (1 - part));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
