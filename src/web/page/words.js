// How states and times are written.

import { el } from "./dom.js";

/** Symbol, and whether it is good, bad, between or neither, of each state there is. */
const STATES = {
  up: ["●", "good"], established: ["●", "good"], healthy: ["●", "good"], live: ["●", "good"],
  listening: ["●", "good"], announced: ["●", "good"], started: ["●", "good"],
  applied: ["●", "good"],
  degraded: ["◐", "between"], draining: ["▼", "between"], drained: ["▽", "between"],
  withdrawn: ["■", "between"], withheld: ["◐", "between"], flooded: ["◐", "between"], silent: ["◐", "between"],
  "open-sent": ["◌", "between"], "open-confirm": ["◌", "between"], init: ["◌", "between"],
  down: ["✕", "bad"], unhealthy: ["✕", "bad"], lost: ["✕", "bad"], idle: ["✕", "bad"],
  connect: ["✕", "bad"], active: ["✕", "bad"], refused: ["✕", "bad"], "not bound": ["✕", "bad"],
};

const look = word => STATES[word] ?? ["○", "neither"];

/** A state: a word and a symbol, so that nobody needs to see its colour; `text` says more than the word. */
export function state(word, text = word) {
  const [symbol, tone] = look(word);
  return el(`span.state.${tone}`, el("span.symbol", { "aria-hidden": "true" }, symbol), text);
}

/** The class of a state: `good`, `bad`, `between` or `neither`. */
export const tone = word => look(word)[1];

/** The agent's clock less that of this machine, in milliseconds. */
let ahead = 0;

/** The agent's time, in milliseconds. */
export const now = () => Date.now() + ahead;

/** Believes the `Date` of an answer, which has no fractions of a second, where it differs by more. */
export function agree(date) {
  const difference = Date.parse(date) + 500 - Date.now();
  if (Number.isFinite(difference)) ahead = Math.abs(difference) > 2000 ? difference : 0;
}

/** `3d 4h`, `12m 5s`, `0s`: the two largest units of a time in milliseconds. */
export function duration(time) {
  const seconds = Math.max(0, Math.floor(time / 1000));
  const units = [["d", Math.floor(seconds / 86400)], ["h", Math.floor(seconds / 3600) % 24],
    ["m", Math.floor(seconds / 60) % 60], ["s", seconds % 60]];
  const first = units.findIndex(([, count]) => count > 0);
  const shown = first < 0 ? units.slice(3) : units.slice(first, first + 2);
  return shown.map(([unit, count]) => `${count}${unit}`).join(" ");
}

/** `14:02:07`; Swedes write as ISO 8601 has it. */
export const second = at => new Date(at).toLocaleTimeString("sv-SE");

/** `14:02` */
export const minute = at => second(at).slice(0, 5);

/** `2026-01-31 14:02:07 CET` */
export const moment = at => new Date(at).toLocaleString("sv-SE", { timeZoneName: "short" });

/** How long ago something was; it counts on by itself, see `tick`. */
export const ago = at => at && el("time.ago", { datetime: at, title: moment(at) }, since(at));

/** When something was, of the last hour. */
export const clock = at =>
  el("time.clock", { datetime: at, title: `${moment(at)}, ${since(at)} ago` }, second(at));

const since = at => duration(now() - Date.parse(at));

/** Lets the times on the page go on. */
export function tick() {
  for (const time of document.querySelectorAll("time.ago")) {
    const text = since(time.dateTime);
    if (time.textContent !== text) time.textContent = text;
  }
}

/** `1 route`, `2 routes`. */
export const count = (number, one, many = one + "s") => `${number} ${number === 1 ? one : many}`;
