// The HAProxies that are asked, and how they tell of changes.

import { nodes, table } from "./dom.js";
import { ago, count, state } from "./words.js";

const COLUMNS = [["HAProxy"], ["Address", "code"], ["Process", "number"], ["Answered", "number"],
  ["Asked", "number"], ["Event stream"]];

export function haproxy(all) {
  return nodes(table("HAProxy", COLUMNS, all.map(one => ({
    key: one.name,
    cells: [
      one.name,
      one.address,
      one.worker,
      one["last-answer-at"] ? [ago(one["last-answer-at"]), " ago"] : "never",
      one.polls,
      one.streams.length ? one.streams.map(stream => [state(stream.state), " "]) : "none: changes are seen by polling",
    ],
    notes: [one.fault && state("lost", one.fault), ...one.streams.map(told)],
  }))));
}

function told(stream) {
  const last = stream["last-event-at"];
  return [
    `${stream.kind} ${stream.place}: ${count(stream.events, "event")}`,
    last && [", the last ", ago(last), " ago"],
    stream["other-lines"] > 0 && `, ${count(stream["other-lines"], "other line")}`,
    stream.because && `; ${stream.because}`,
  ].filter(Boolean);
}
