// Services: what is wrong comes first, and is open.

import { el, nodes, table } from "./dom.js";
import { ago, count, moment, state, tone } from "./words.js";

/** With this many the reader opens what he wants to see himself. */
const MANY = 12;

const ORDER = ["down", "draining", "withdrawn", "drained", "degraded", "pending", "standby", "up", "disabled"];
const rank = service => {
  const place = ORDER.indexOf(service.state);
  return place < 0 ? 0 : place;
};

/** Whether there is something to look at. */
export const isTrouble = service =>
  tone(service.state) === "bad" || tone(service.state) === "between" || service.override !== null ||
  service.routes.some(route => route.fault || (route.announced && !route.bound));

/** Whether a service is one of those that the reader looks for. */
export function isWanted(service, words) {
  const known = [service.name, service.state, service.because,
    ...service.routes.map(route => route.prefix), ...service.checks.map(check => check.name)];
  const text = known.join("\n").toLowerCase();
  return words.toLowerCase().split(/\s+/).every(word => text.includes(word));
}

/** Every service that is wanted, and how many there are. */
export function services(all, words) {
  const wanted = all.filter(service => isWanted(service, words));
  wanted.sort((one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1));
  return nodes(
    wanted.map(service => entry(service, all.length)),
    all.length === 0 && el("p.nothing", "No service is configured."),
    wanted.length < all.length &&
      el("p.nothing", `${wanted.length} of ${count(all.length, "service")} match the filter.`));
}

/** What is closed is left out until it is opened: there may be hundreds. */
function entry(service, number) {
  const proposed = isTrouble(service) || number <= MANY;
  const key = `${service.name} ${proposed}`;
  const open = document.querySelector(`.service[data-key="${key}"]`)?.open ?? proposed;
  return el("details.service", { "data-key": key, "data-name": service.name, open },
    el("summary",
      state(service.state),
      el("h3", service.name),
      el("span.because", service.because),
      el("span.since", ago(service.since))),
    open && el("div.body",
      overriding(service.override),
      facts(service),
      routes(service),
      checks(service)));
}

function overriding(word) {
  if (!word) return null;
  const end = word.until ? `until ${moment(word.until)}`
    : word.owner === "operator" ? "until herald resume" : "until it is taken back";
  return el("p.override", el("b", word.word), ` by ${word.by}, `, ago(word.since), ` ago, ${end}: ${word.because}`);
}

/** What is not as one would expect from the state. */
function facts(service) {
  const { health, damping, hooks, "capacity-percent": capacity } = service;
  const said = [
    health.because !== service.because && `health: ${health.verdict}: ${health.because}`,
    capacity !== 100 && capacity !== 0 && `${capacity} % capacity`,
    damping?.suppressed && `damped: penalty ${damping.penalty}, for ${damping["reuse-in-s"]} s more`,
    hooks?.failed > 0 && `${count(hooks.failed, "hook")} failed`,
  ];
  return said.filter(Boolean).map(fact => el("p.fact", fact));
}

function routes(service) {
  if (service.routes.length === 0) return null;
  const sent = service.routes.flatMap(route => route.sent);
  const has = {
    med: sent.some(one => one.med !== null),
    communities: sent.some(one => one.communities.length > 0),
  };
  const columns = [["Prefix", "code"], ["Route"], ["Sent to"], ["AS path", "code"], ["Next hop", "code"],
    has.med && ["MED", "number"], has.communities && ["Communities", "code"]].filter(Boolean);
  return table("Routes.routes", columns, service.routes.flatMap(route => {
    const told = alike(route.sent);
    return (told.length ? told : [null]).map((one, index) => ({
      cells: [
        route.prefix,
        index === 0 && announced(route),
        one?.neighbors.join(", "),
        one?.["as-path"].join(" "),
        one?.["next-hop"],
        ...(has.med ? [one?.med] : []),
        ...(has.communities ? [one?.communities.join(" ")] : []),
      ],
      notes: index > 0 ? [] : [
        !route.bound && route.fault && state("not bound", route.fault),
        ...route.withheld.map(({ neighbor, because }) => state("withheld", `not sent to ${neighbor}: ${because}`)),
      ],
    }));
  }));
}

/** A route that leads here without its address would lead nowhere. */
function announced(route) {
  const word = !route.announced ? "not announced" : route.bound ? "announced" : "not bound";
  return state(word, `${route.announced ? "" : "not "}announced, ${route.bound ? "" : "not "}bound`);
}

/** Neighbours that were sent the same share a row. */
function alike(sent) {
  const groups = new Map();
  for (const { neighbor, ...what } of sent) {
    const same = JSON.stringify(what);
    if (!groups.has(same)) groups.set(same, { ...what, neighbors: [] });
    groups.get(same).neighbors.push(neighbor);
  }
  return [...groups.values()];
}

function checks(service) {
  if (service.checks.length === 0) return null;
  const columns = [["Check"], ["Verdict"], ["Kind"], ["Because", "wide"], ["Sampled", "number"]];
  return table("Checks.checks", columns, service.checks.map(check => ({
    cells: [
      check.name,
      state(check.verdict),
      check.kind,
      check.unknown ? `${check.because} (an old verdict: the last sample proved nothing)` : check.because,
      check["last-sample-at"] && el("span", ago(check["last-sample-at"]), " ago"),
    ],
  })));
}
