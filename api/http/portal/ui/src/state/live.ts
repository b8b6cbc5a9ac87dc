// What changes about renders, told by the server as it happens.
import { computed, effect, signal } from "@preact/signals";
import type { LiveRender } from "../api/own";
import { expired, me } from "./session";

/** The renders told of, by id. */
export const live = signal<ReadonlyMap<string, LiveRender>>(new Map());
export const unfinished = signal(0);
/** Counts renders that ended, so that lists know that there is something new. */
export const endings = signal(0);

const FINAL = new Set(["done", "error", "failed"]);
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;

export function isFinal(status: string): boolean {
  return FINAL.has(status);
}

function listen(): void {
  source?.close();
  clearTimeout(retry);
  const opened = new EventSource("/portal/api/events");
  source = opened;
  opened.addEventListener("renders", (event) => {
    const told = JSON.parse(event.data) as { unfinished: number; renders: LiveRender[] };
    const known = new Map(live.peek());
    let ended = 0;
    for (const render of told.renders) {
      const before = known.get(render.id);
      if (before && !isFinal(before.status) && isFinal(render.status)) ended += 1;
      known.set(render.id, render);
    }
    live.value = known;
    unfinished.value = told.unfinished;
    endings.value += ended;
  });
  opened.onerror = () => {
    // Browsers try again by themselves after a lost connection, but not after an answer that isn't a stream.
    if (opened.readyState === EventSource.CLOSED) retry = setTimeout(listen, 3000);
  };
}

const present = computed(() => Boolean(me.value) && !expired.value);
effect(() => {
  if (present.value) listen();
  else source?.close();
});
