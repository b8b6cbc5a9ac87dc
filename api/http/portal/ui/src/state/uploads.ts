// The files on their way to the farm, one after another. They go on whichever page is shown.
import { effect, signal } from "@preact/signals";
import { ApiError, got, messageOf, type Settings, v1 } from "../api/client";
import { t } from "../texts";
import { send, sha256Of } from "../upload/steps";
import { expired, me, refreshMe } from "./session";

export type UploadState = keyof typeof t.upload.states;

export interface Item {
  id: number;
  file: File;
  settings: Settings;
  tags: string[];
  state: UploadState;
  /** Bytes hashed or sent, in the state's own step. */
  done: number;
  /** Bytes a second, and when the step began. */
  speed: number;
  since: number;
  message?: string;
  modelId?: string;
}

export const items = signal<Item[]>([]);
export const paused = signal(false);

const SUFFIX = /\.(glb|gltf|zip)$/i;
let counted = 0;
let busy = false;
let stop = new AbortController();

export function add(files: Iterable<File>, settings: Settings, tags: string[]): void {
  const limit = me.peek()?.maxUploadMb ?? 100;
  const added = [...files].map((file): Item => {
    const message = !SUFFIX.test(file.name)
      ? t.upload.wrongType
      : file.size === 0
        ? t.upload.empty
        : file.size > limit * 1024 ** 2
          ? t.upload.tooLarge(limit)
          : undefined;
    const state = message ? "refused" : "waiting";
    return { id: ++counted, file, settings, tags, state, done: 0, speed: 0, since: 0, message };
  });
  items.value = [...items.peek(), ...added];
  void work();
}

export function clearEnded(): void {
  items.value = items.peek().filter((item) => ["waiting", "hashing", "sending", "paused"].includes(item.state));
}

export function remove(id: number): void {
  const item = items.peek().find((each) => each.id === id);
  if (item?.state === "sending" || item?.state === "hashing") stop.abort();
  items.value = items.peek().filter((each) => each.id !== id);
}

export function setPaused(on: boolean): void {
  paused.value = on;
  if (on) stop.abort();
  else void work();
}

function change(id: number, changes: Partial<Item>): void {
  items.value = items.peek().map((item) => (item.id === id ? { ...item, ...changes } : item));
}

function advance(id: number, since: number): (done: number) => void {
  return (done) => change(id, { done, speed: done / Math.max(0.2, (performance.now() - since) / 1000) });
}

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (;;) {
    const next = items.peek().find((item) => item.state === "waiting" || item.state === "paused");
    if (!next || paused.peek() || expired.peek()) break;
    stop = new AbortController();
    await bring(next, stop.signal);
  }
  busy = false;
}

async function bring(item: Item, stopped: AbortSignal): Promise<void> {
  const { id, file } = item;
  let since = performance.now();
  try {
    change(id, { state: "hashing", done: 0, message: undefined });
    const sha256 = await sha256Of(file, advance(id, since));
    const known = (await got(v1.POST("/v1/models/check-hash", { body: { sha256 } }))).data;
    if (known.exists && known.modelId) {
      change(id, { state: "duplicate", done: file.size, modelId: known.modelId });
      return;
    }
    stopped.throwIfAborted();
    since = performance.now();
    change(id, { state: "sending", done: 0, since });
    const sent = await send(file, item.settings, advance(id, since), stopped);
    change(id, { state: "done", done: file.size, modelId: sent.modelId });
    void refreshMe(); // what it cost
    await tag(item, sent.modelId);
  } catch (error) {
    const later = stopped.aborted || (error instanceof ApiError && (error.status === 0 || error.status === 401));
    change(id, { state: later ? "paused" : "refused", done: 0, message: later ? undefined : messageOf(error) });
    if (error instanceof ApiError && error.status === 0) paused.value = true;
  }
}

/** The model is here, whatever becomes of its tags. */
async function tag({ id, tags }: Item, modelId: string): Promise<void> {
  if (!tags.length) return;
  try {
    await got(v1.PATCH("/v1/models/{model_id}", { params: { path: { model_id: modelId } }, body: { tags } }));
  } catch (error) {
    change(id, { message: messageOf(error) });
  }
}

effect(() => {
  if (!expired.value) void work();
});

addEventListener("beforeunload", (event) => {
  if (busy) event.preventDefault();
});
