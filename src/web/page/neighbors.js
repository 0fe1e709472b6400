// Neighbours, as `show bgp summary` has them, and beneath each what is wrong with it.

import { nodes, table } from "./dom.js";
import { ago, count, state } from "./words.js";

const COLUMNS = [["Neighbour"], ["Address", "code"], ["AS", "number"], ["State"], ["Since", "number"],
  ["Hold", "number"], ["Sent", "number"], ["Received", "number"], ["Flaps", "number"]];

export function neighbors(all) {
  const columns = all.some(one => one.bfd) ? [...COLUMNS, ["BFD"]] : COLUMNS;
  return nodes(table("Neighbours", columns, all.map(one => ({
    key: one.name,
    cells: [
      one.name,
      one.address,
      one["peer-as"],
      state(one.state),
      ago(one.since),
      one["hold-time-s"] === null ? "" : `${one["hold-time-s"]} s`,
      one.advertised,
      one.received,
      one.flaps,
      columns.length > COLUMNS.length && one.bfd && bfd(one.bfd),
    ].slice(0, columns.length),
    notes: notes(one),
  }))));
}

function bfd({ state: word, "detect-ms": detect }) {
  return [state(word), word === "up" && detect ? ` ${detect} ms` : ""];
}

function notes(one) {
  const established = one.state === "established";
  return [
    one.description,
    one.shutdown && "held down by the configuration: shutdown = true",
    !established && one["last-error"] && state("lost", one["last-error"]),
    one.malformed > 0 &&
      `${count(one.malformed, "malformed UPDATE")}, the last: ${one["last-malformed"]?.because}`,
    one["not-kept"] > 0 && `${count(one["not-kept"], "announcement")} not kept because of max-received`,
    one.bfd && one.bfd.state !== "up" && one.bfd.diag && `BFD: ${one.bfd.diag}`,
    established && one.capabilities.length > 0 && `capabilities: ${one.capabilities.join(", ")}`,
  ];
}
