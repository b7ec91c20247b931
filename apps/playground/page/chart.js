// The chart: a minute of messages per second, in and out, drawn as SVG in the size it has on the screen.

/** @typedef {import('./feed.js').Rate} Rate */

const SECONDS = 60;
const HEIGHT = 176;
const MARGIN = { top: 8, right: 8, bottom: 22, left: 40 };

export class Chart {
  /** @type {Rate[]} */
  #rates = [];
  #svg = shape('svg', { role: 'img' });
  #width = 0;

  /** @param {HTMLElement} place */
  constructor(place) {
    place.append(this.#svg);
    new ResizeObserver(([entry]) => {
      this.#width = entry?.contentRect.width ?? 0;
      this.#draw();
    }).observe(place);
  }

  /** @param {readonly Rate[]} rates */
  reset(rates) {
    this.#rates = rates.slice(-SECONDS);
    this.#draw();
  }

  /** @param {Rate} rate */
  add(rate) {
    this.#rates = [...this.#rates, rate].slice(-SECONDS);
    this.#draw();
  }

  #draw() {
    const width = this.#width;
    if (width === 0) return;
    const peak = Math.max(0, ...this.#rates.flatMap(({ messagesIn, messagesOut }) => [messagesIn, messagesOut]));
    const top = niceLimit(peak);
    const last = this.#rates.at(-1);
    this.#svg.replaceChildren(...grid(width, top), ...this.#bars(width, top));
    set(this.#svg, {
      viewBox: `0 0 ${width} ${HEIGHT}`,
      width: String(width),
      height: String(HEIGHT),
      'aria-label': `The last minute: now ${last?.messagesIn ?? 0} in and ${last?.messagesOut ?? 0} out, at most ${peak}`,
    });
  }

  /**
   * A bar for each second: what came upwards, what went downwards.
   *
   * @param {number} width
   * @param {number} top
   */
  #bars(width, top) {
    const step = (width - MARGIN.left - MARGIN.right) / SECONDS;
    const thickness = Math.max(1.5, step - 1.5);
    return this.#rates.flatMap(({ messagesIn, messagesOut }, i) => {
      const x = MARGIN.left + step * (SECONDS - this.#rates.length + i) + (step - thickness) / 2;
      /** @type {readonly (readonly [string, number, number])[]} */
      const both = [
        ['bar-in', y(messagesIn, top), y(0, top)],
        ['bar-out', y(0, top), y(-messagesOut, top)],
      ];
      return both
        .filter(([, upper, lower]) => lower > upper)
        .map(([name, upper, lower]) =>
          shape('rect', {
            class: name,
            x: x.toFixed(1),
            y: upper.toFixed(1),
            width: thickness.toFixed(1),
            height: (lower - upper).toFixed(1),
            rx: '1',
          }),
        );
    });
  }
}

/**
 * Where a value lies: the middle is 0, below it is what goes out.
 *
 * @param {number} value
 * @param {number} top
 */
function y(value, top) {
  const half = (HEIGHT - MARGIN.top - MARGIN.bottom) / 2;
  return MARGIN.top + half - (half * value) / top;
}

/**
 * Lines and labels.
 *
 * @param {number} width
 * @param {number} top
 */
function grid(width, top) {
  const lines = [top, top / 2, 0, -top / 2, -top].flatMap(value => {
    const at = `${Math.round(y(value, top)) + 0.5}`;
    const name = value === 0 ? 'grid zero' : 'grid';
    const line = shape('line', { class: name, x1: `${MARGIN.left}`, x2: `${width - MARGIN.right}`, y1: at, y2: at });
    const size = Math.abs(value);
    const isLabelled = size === top || size === 0;
    return isLabelled
      ? [line, label(MARGIN.left - 8, Number(at) + 4, 'end', size >= 10_000 ? `${size / 1000}k` : `${size}`)]
      : [line];
  });
  const bottom = HEIGHT - 4;
  return [...lines, label(MARGIN.left, bottom, 'start', '60 s ago'), label(width - MARGIN.right, bottom, 'end', 'now')];
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} anchor
 * @param {string} text
 */
function label(x, y, anchor, text) {
  const element = shape('text', { x: `${x}`, y: `${y}`, 'text-anchor': anchor });
  element.textContent = text;
  return element;
}

/** The least of 2, 4, 10, 20, 40, 100, … that is not below. @param {number} value */
function niceLimit(value) {
  for (let power = 1; ; power *= 10) {
    for (const step of [2, 4, 10]) if (step * power >= value) return step * power;
  }
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 */
function shape(name, attributes) {
  return set(document.createElementNS('http://www.w3.org/2000/svg', name), attributes);
}

/**
 * @param {Element} element
 * @param {Record<string, string>} attributes
 */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
