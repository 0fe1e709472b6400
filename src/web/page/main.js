// Puts the page together, and keeps it true.

import { agent, follow } from "./agent.js";
import { el, nodes, update } from "./dom.js";
import { haproxy } from "./haproxy.js";
import { neighbors } from "./neighbors.js";
import { isWanted, services } from "./services.js";
import { timeline } from "./timeline.js";
import { ago, count, moment, now, second, state, tick, tone } from "./words.js";

const byId = id => document.getElementById(id);
const content = id => document.querySelector(`#${id} > .content`);
const filter = byId("filter");

/** How often the bands of the timeline move. */
const MOVE = 10;

function draw() {
  const { status } = agent;
  update(byId("alerts"), alerts());
  update(byId("link"), link());
  document.body.classList.toggle("lost", agent.lost !== null);
  if (!status) return;
  document.title = title(status);
  update(byId("summary"), summary(status));
  update(byId("identity"), identity(status));
  update(content("services"), services(status.services, filter.value));
  update(content("neighbors"), neighbors(status.neighbors));
  byId("haproxy").hidden = status.haproxy.length === 0;
  update(content("haproxy"), haproxy(status.haproxy));
  drawHour();
}

function drawHour() {
  if (!agent.status) return;
  const wanted = new Set(agent.status.services.filter(one => isWanted(one, filter.value)).map(one => one.name));
  update(content("hour"), timeline(agent.status, agent.events, one => wanted.has(one.name)));
}

/** How many services are in each state, worst first. */
function counts(status) {
  const numbers = new Map();
  for (const service of status.services) numbers.set(service.state, (numbers.get(service.state) ?? 0) + 1);
  const order = ["bad", "between", "neither", "good"];
  return [...numbers].sort(([one], [other]) => order.indexOf(tone(one)) - order.indexOf(tone(other)));
}

function title(status) {
  const what = counts(status).map(([word, number]) => `${number} ${word}`).join(", ");
  return `${agent.lost ? "lost" : what || "no service"} · herald ${status["router-id"]}`;
}

function summary(status) {
  const sessions = status.neighbors.filter(one => one.state === "established").length;
  return nodes(
    counts(status).map(([word, number]) =>
      el("span", { "data-key": word }, state(word, `${number} ${word}`))),
    el("span", { "data-key": "sessions" },
      state(sessions === status.neighbors.length ? "established" : sessions ? "degraded" : "idle",
        `${sessions} of ${count(status.neighbors.length, "session")}`)));
}

function identity(status) {
  return nodes([
    `AS ${status["local-as"]}`,
    `router ID ${status["router-id"]}`,
    status.region && `region ${status.region}`,
    `herald ${status.version}`,
    `pid ${status.pid}`,
    ["running for ", ago(status["started-at"])],
  ].filter(Boolean).map(fact => el("li", fact)));
}

function link() {
  if (agent.lost) return nodes(state("lost"));
  if (!agent.status) return nodes();
  return nodes(agent.live ? state("live") : el("span", "asked every 2 s: too many follow the events"));
}

function alerts() {
  const { status, lost, why } = agent;
  const { fault, directory } = status?.persistence ?? {};
  const { refused, "refused-at": when } = status?.configuration ?? {};
  return nodes(
    lost && el("p.alert", { "data-key": "lost" }, el("b", `Connection to the agent lost since ${second(lost)}`), ` (${why}). `,
      status && "This is what it said last. ", "The page goes on asking."),
    fault && el("p.alert", { "data-key": "kept" },
      `Operators' words will not survive a restart (${directory}): ${fault}`),
    refused && el("p.alert", { "data-key": "refused" },
      `The file was read again ${moment(when)} and refused, the configuration of before holds: ${refused}`));
}

let seconds = 0;
setInterval(() => {
  tick();
  seconds += 1;
  if (seconds % MOVE === 0 && !document.hidden) drawHour();
}, 1000);
filter.addEventListener("input", draw);
content("services").addEventListener("toggle", draw, { capture: true });
follow(draw);
