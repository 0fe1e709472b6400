// Asks the agent and follows its events.
//
//   event ─▶ asked again within 100 ms        nothing happens ─▶ asked every 5 s
//   no answer ─▶ lost, asked again after 0.5, 1, 2, 4, 8, 8 … s ─▶ found, stream opened again
//
// Without a stream (too many follow it) the page asks every 2 s, and for events too.

import { agree } from "./words.js";

const STATUS = "api/v1/status";
const EVENTS = "api/v1/events";

/** Milliseconds. */
const PATIENCE = 5000;
const SOON = 100;
const LIVE = 5000;
const POLLED = 2000;
const STREAM_AGAIN = 2000;
const [FIRST_RETRY, LAST_RETRY] = [500, 8000];
/** The agent remembers no more. */
const MOST_EVENTS = 1000;

/** What is known of the agent. */
export const agent = {
  /** The last status, as the agent gave it. */
  status: null,
  /** Events, oldest first. */
  events: [],
  /** Since when there is no answer, in milliseconds; null while there is. */
  lost: null,
  /** Why, in words. */
  why: "",
  /** Whether events come by themselves. */
  live: false,
};

let changed = () => {};
let stream = null;
let streamAgain = 0;
let asking = false;
let timer = 0;
let due = Infinity;
let retry = FIRST_RETRY;

/** Begins; `listener` is called whenever something of `agent` is new. */
export function follow(listener) {
  changed = listener;
  ask();
}

function askIn(time) {
  const at = Date.now() + time;
  // An answer under way may be older than what it is asked for.
  if (!asking && at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(ask, time);
}

async function ask() {
  if (asking) return;
  clearTimeout(timer);
  due = Infinity;
  asking = true;
  try {
    const status = await get(STATUS);
    if (!agent.live) (await get(`${EVENTS}?since=${last()}`)).forEach(remember);
    found(status);
  } catch (error) {
    lose(error);
  }
  asking = false;
  const rest = agent.lost ? retry : agent.live ? LIVE : POLLED;
  askIn(Math.min(rest, Math.max(0, due - Date.now())));
}

async function get(path) {
  const headers = { accept: "application/json" };
  const answer = await fetch(path, { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`the agent answers with status ${answer.status}`);
  agree(answer.headers.get("date"));
  return answer.json();
}

function found(status) {
  // Another version of the agent has another page.
  if (agent.status && agent.status.version !== status.version) location.reload();
  Object.assign(agent, { status, lost: null });
  retry = FIRST_RETRY;
  if (!stream && Date.now() >= streamAgain) open();
  changed();
}

function lose(error) {
  if (agent.lost) retry = Math.min(2 * retry, LAST_RETRY);
  agent.lost ??= Date.now();
  agent.why = error.name === "TimeoutError" ? `no answer within ${PATIENCE / 1000} s`
    : error.name === "TypeError" ? "it cannot be reached" : error.message;
  streamAgain = 0;
  close();
  changed();
}

/** From the last event that is known; the browser's own way back would not wait for the agent. */
function open() {
  stream = new EventSource(`${EVENTS}?since=${last()}`);
  stream.onopen = () => {
    agent.live = true;
    changed();
  };
  stream.onmessage = message => {
    remember(JSON.parse(message.data));
    askIn(SOON);
  };
  stream.onerror = () => {
    close();
    streamAgain = Date.now() + STREAM_AGAIN;
    askIn(0);
  };
}

function close() {
  stream?.close();
  stream = null;
  agent.live = false;
}

/** The id of the last event that is known. */
const last = () => agent.events.at(-1)?.id ?? 0;

function remember(event) {
  // Ids only grow, unless the state directory is gone: then the past belongs to another history.
  if (event.id <= last()) agent.events = [];
  agent.events.push(event);
  if (agent.events.length > MOST_EVENTS) agent.events.shift();
}
