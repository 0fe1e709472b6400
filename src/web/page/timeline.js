// The last hour: a band for each service and neighbour, and the changes as a list.
//
// A band is as high as what is announced: full while up, lower while degraded or draining, a line
// while nothing is. Between the last event of an agent and the start of the next nothing is known.

import { el, nodes, svg, table } from "./dom.js";
import { clock, count, duration, minute, now, second, state, tone } from "./words.js";

const HOUR = 3600_000;
const HEIGHT = 16;
/** Of a band, in parts of one; states that are not here are a line. */
const LEVELS = { up: 1, established: 1, degraded: 0.7, draining: 0.45, standby: 0.25 };
const LINE = 0.14;
/** In seconds, or it could not be seen. */
const NARROWEST = 9;
/** Bands of services without a change are left out when there are more. */
const MOST_BANDS = 24;
/** Changes in the list. */
const MOST_CHANGES = 100;

const owner = event => event.service !== undefined ? `service ${event.service}` : `neighbor ${event.neighbor}`;
const isChange = event => event.kind === "service" || event.kind === "neighbor";
const at = event => Date.parse(event.at);

/** The past of each service and neighbour: `{from, to, state}` in order; null is nobody knows. */
export function tracks(events) {
  const all = new Map();
  let begun = events.length ? at(events[0]) : 0;
  let last = begun;
  for (const event of events) {
    if (event.kind === "agent" && event.to === "started") {
      for (const track of all.values()) cut(track, last, null);
      begun = at(event);
    } else if (isChange(event)) {
      const name = owner(event);
      if (!all.has(name)) all.set(name, { past: [], state: null, since: begun });
      const track = all.get(name);
      if (track.state === null) Object.assign(track, { state: event.from, since: Math.max(begun, track.since) });
      cut(track, at(event), event.to);
    }
    last = at(event);
  }
  return all;
}

function cut(track, end, next) {
  if (track.state !== null) track.past.push({ from: track.since, to: end, state: track.state });
  Object.assign(track, { state: next, since: end });
}

/** What of a track lies in the hour, up to now. */
function recent(track, current, start) {
  const since = Date.parse(current.since);
  const known = track?.past ?? [];
  const ends = known.at(-1)?.to ?? -Infinity;
  const present = { from: Math.max(since, ends), to: now(), state: current.state };
  const from = now() - HOUR;
  return [...known, start > ends && since > start ? { from: start, to: since, state: "pending" } : null, present]
    .filter(part => part && part.to > from)
    .map(part => ({ ...part, from: Math.max(part.from, from) }));
}

/** Bands and list; `isShown` tells which services the reader wants to see. */
export function timeline(status, events, isShown) {
  const past = tracks(events);
  const start = Date.parse(status["started-at"]);
  const hour = events.filter(event => at(event) > now() - HOUR);
  // That a service begins is no news where there are many.
  const changed = new Set(hour.filter(event => isChange(event) && event.from !== "pending").map(owner));
  const shown = status.services.filter(isShown);
  const few = shown.filter(service => shown.length <= MOST_BANDS || tone(service.state) === "bad"
    || changed.has(`service ${service.name}`));
  const bands = [
    ...few.map(service => ["service", service]),
    ...status.neighbors.map(neighbor => ["neighbor", neighbor]),
  ].map(([kind, one]) => ({ kind, name: one.name, parts: recent(past.get(`${kind} ${one.name}`), one, start) }));
  return nodes(
    el("div.bands", axis(), bands.map(band)),
    shown.length > few.length && el("p.nothing", `${count(shown.length - few.length, "more service")} without a change.`),
    legend(bands),
    changes(hour.filter(event => !event.service || isShown({ name: event.service }))));
}

function axis() {
  const marks = [60, 50, 40, 30, 20, 10, 0];
  return el("div.axis", { "aria-hidden": "true", "data-key": "axis" },
    marks.map(back => el("span", minute(now() - back * 60_000))));
}

function band({ kind, name, parts }) {
  const x = time => (time - (now() - HOUR)) / 1000;
  const words = parts.map(part => `${part.state} ${second(part.from)} to ${second(part.to)}`);
  return el("div.band", { "data-key": `${kind} ${name}`, "data-band": name },
    el("span.name", name),
    svg("svg", { viewBox: `0 0 3600 ${HEIGHT}`, preserveAspectRatio: "none", role: "img",
      "aria-label": `${name}: ${words.join(", ")}` },
    parts.map(part => {
      const height = HEIGHT * (LEVELS[part.state] ?? LINE);
      const width = Math.max(NARROWEST, x(part.to) - x(part.from));
      return svg(`rect.${tone(part.state)}`, {
        x: Math.min(x(part.from), 3600 - width).toFixed(1), width: width.toFixed(1),
        y: (HEIGHT - height).toFixed(1), height: height.toFixed(1), "data-state": part.state,
      }, svg("title", `${name} ${part.state} for ${duration(part.to - part.from)}, ` +
        `${second(part.from)} to ${second(part.to)}`));
    })));
}

function legend(bands) {
  const states = [...new Set(bands.flatMap(({ parts }) => parts.map(part => part.state)))].sort();
  return el("p.legend", states.map(word => [el("span", { "data-key": word },
    svg("svg", { viewBox: `0 0 10 ${HEIGHT}`, "aria-hidden": "true" }, svg(`rect.${tone(word)}`, {
      width: 10, height: HEIGHT * (LEVELS[word] ?? LINE), y: HEIGHT * (1 - (LEVELS[word] ?? LINE)),
    })), word), " "]));
}

function changes(hour) {
  const columns = [["When", "number"], ["What", "self"], ["Change", "self"], ["Because", "wide"]];
  const newest = hour.slice(-MOST_CHANGES).reverse();
  if (newest.length === 0) return el("p.nothing", "Nothing has changed.");
  return nodes(
    table("Changes, newest first", columns, newest.map(event => ({
      key: event.id,
      cells: [clock(event.at), subject(event), change(event), reason(event)],
    }))),
    hour.length > newest.length &&
      el("p.nothing", `${hour.length - newest.length} older ones: herald events`));
}

function subject(event) {
  switch (event.kind) {
    case "service": return event.service;
    case "command": return event.service ?? "all services";
    case "neighbor": return `neighbour ${event.neighbor}`;
    case "bfd": return `BFD to ${event.neighbor}`;
    default: return event.kind;
  }
}

function change(event) {
  if (event.kind === "command") return event.word;
  return event.from ? el("span.change", event.from, " → ", state(event.to)) : state(event.to);
}

const reason = event => event.by ? `${event.because} (${event.by})` : event.because;
