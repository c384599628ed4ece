/**
 * The chart: the silence of each client, and the faults.
 *
 * @module
 */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/**
 * The time of a fault, in seconds.
 *
 * @typedef {{ readonly label: string, readonly from: number, to: number }} Band
 */

/** The visible time, in seconds. */
const SPAN = 20;
/** The labels of the axis, in seconds before now. */
const AGES = [20, 15, 10, 5, 0];
/** The lowest top of the scale, in milliseconds. */
const LOWEST_TOP = 500;

/** Draws samples as they arrive. */
export class Chart {
  #element;
  /** @type {Band[]} */
  #bands = [];
  /** @type {number[]} */
  #times = [];
  /** @type {(number | null)[]} */
  #plain = [];
  /** @type {(number | null)[]} */
  #holdfast = [];
  /** @type {uPlot} */
  #plot;
  /** @type {number | undefined} */
  #frame;

  /**
   * Draws into an element, in the colours of its style.
   *
   * @param {HTMLElement} element
   */
  constructor(element) {
    this.#element = element;
    this.#plot = this.#make();
    new ResizeObserver(() => this.#plot.setSize(sizeOf(element)))
      .observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener(
      "change",
      () => this.#renew(),
    );
  }

  /** The time of the last sample, in seconds. */
  get now() {
    return this.#times.at(-1) ?? 0;
  }

  /**
   * Adds a sample, and drops those that have left the view.
   *
   * @param {import("./protocol.ts").Sample} sample
   */
  add({ at, gaps }) {
    this.#times.push(at / 1_000);
    this.#plain.push(gaps.plain);
    this.#holdfast.push(gaps.holdfast);
    if (Number(this.#times[0]) < this.now - SPAN - 1) {
      for (const each of [this.#times, this.#plain, this.#holdfast]) {
        each.shift();
      }
    }
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  /**
   * Marks the time of a fault.
   *
   * @param {Band} band
   */
  mark(band) {
    this.#bands.push(band);
  }

  #draw() {
    this.#frame = undefined;
    this.#plot.setData([this.#times, this.#plain, this.#holdfast]);
    this.#element.ariaLabel =
      `Longest silence in the last ${SPAN} seconds: plain WebSocket ${
        worstOf(this.#plain)
      } ms, holdfast ${worstOf(this.#holdfast)} ms`;
  }

  #renew() {
    this.#plot.destroy();
    this.#plot = this.#make();
    this.#draw();
  }

  #make() {
    const grid = { stroke: colourOf(this.#element, "--line"), width: 1 };
    const axis = {
      stroke: colourOf(this.#element, "--quiet"),
      font: "13px system-ui, sans-serif",
      grid,
      ticks: grid,
    };
    return new uPlot(
      {
        ...sizeOf(this.#element),
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [this.now - SPAN, this.now] },
          y: { range: (_plot, _low, high) => [0, topOf(high)] },
        },
        axes: [
          {
            ...axis,
            size: 34,
            splits: () => AGES.map((age) => this.now - age),
            values: () => AGES.map((age) => age === 0 ? "now" : `−${age} s`),
          },
          {
            ...axis,
            size: 62,
            values: (_plot, gaps) =>
              gaps.map((gap) => gap.toLocaleString("en")),
          },
        ],
        series: [
          {},
          {
            stroke: colourOf(this.#element, "--plain"),
            width: 2,
            dash: [7, 4],
            points: { show: false },
          },
          {
            stroke: colourOf(this.#element, "--holdfast"),
            width: 3,
            points: { show: false },
          },
        ],
        hooks: { drawAxes: [(plot) => this.#drawBands(plot)] },
      },
      [this.#times, this.#plain, this.#holdfast],
      this.#element,
    );
  }

  /** @param {uPlot} plot */
  #drawBands(plot) {
    const { ctx, bbox: { left, top, width, height } } = plot;
    ctx.save();
    ctx.font = `${13 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    for (const { label, from, to } of this.#bands) {
      const start = Math.max(left, plot.valToPos(from, "x", true));
      const end = Math.min(left + width, plot.valToPos(to, "x", true));
      if (end <= start) continue;
      ctx.fillStyle = colourOf(this.#element, "--band");
      ctx.fillRect(start, top, end - start, height);
      if (ctx.measureText(label).width > end - start - 12) continue;
      ctx.fillStyle = colourOf(this.#element, "--quiet");
      ctx.fillText(label, start + 6, top + 6);
    }
    ctx.restore();
  }
}

/** @param {HTMLElement} element */
function sizeOf(element) {
  return { width: element.clientWidth, height: element.clientHeight };
}

/** @param {number | null} highest */
function topOf(highest) {
  return Math.max(LOWEST_TOP, (highest ?? 0) * 1.1);
}

/** @param {readonly (number | null)[]} gaps */
function worstOf(gaps) {
  return Math.max(0, ...gaps.map(Number));
}

/**
 * A canvas does not support `light-dark()`, but the style of an element does.
 *
 * @param {HTMLElement} element
 * @param {string} name
 */
function colourOf(element, name) {
  const probe = element.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
