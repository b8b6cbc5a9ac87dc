// What changes about renders, told by the server as it happens.
import { computed, effect, signal } from "@preact/signals";
import type { LiveRender } from "../api/own";
import { expired, me } from "./session";

/** The renders told of, by id. */
export const live = signal<ReadonlyMap<string, LiveRender>>(new Map());
export const unfinished = signal(0);
/** The ids of renders that wait for a worker, the next one first. */
export const waiting = signal<string[]>([]);
/** Who draws which render, for those who run the farm. */
export const workers = signal<ReadonlyMap<string, string>>(new Map());
/** Whether the stream is away: the server is started anew, or can't be reached. */
export const away = signal(false);
/** Counts renders that ended, so that lists know that there is something new. */
export const endings = signal(0);

const FINAL = new Set(["done", "error", "failed"]);
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;

interface Told {
  unfinished: number;
  waiting: string[];
  workers: [string, string][];
  renders: LiveRender[];
}

export function isFinal(status: string): boolean {
  return FINAL.has(status);
}

function listen(): void {
  source?.close();
  clearTimeout(retry);
  const opened = new EventSource("/portal/api/events");
  source = opened;
  opened.addEventListener("renders", (event) => {
    const told = JSON.parse(event.data) as Told;
    const known = new Map(live.peek());
    let ended = 0;
    for (const render of told.renders) {
      const before = known.get(render.id);
      if (before && !isFinal(before.status) && isFinal(render.status)) ended += 1;
      known.set(render.id, render);
    }
    live.value = known;
    unfinished.value = told.unfinished;
    waiting.value = told.waiting;
    workers.value = new Map(told.workers);
    endings.value += ended;
  });
  opened.onopen = () => {
    away.value = false;
  };
  opened.onerror = () => {
    away.value = true;
    // Browsers try again by themselves after a lost connection, but not after an answer that isn't a stream.
    if (opened.readyState === EventSource.CLOSED) retry = setTimeout(listen, 3000);
  };
}

const present = computed(() => Boolean(me.value) && !expired.value);
effect(() => {
  if (present.value) listen();
  else source?.close();
});
