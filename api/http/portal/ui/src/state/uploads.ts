// The files on their way to the farm, one after another. They go on whichever page is shown.
import { effect, signal } from "@preact/signals";
import { ApiError, got, messageOf, type Resumable, type Settings, v1 } from "../api/client";
import { t } from "../texts";
import { forget, keep, type Picked, SUFFIXES } from "../upload/handles";
import { send, type Sent, sendParts, sha256Of } from "../upload/steps";
import { expired, me, refreshMe } from "./session";

export type UploadState = keyof typeof t.upload.states;

export interface Item extends Picked {
  id: number;
  settings: Settings;
  tags: string[];
  state: UploadState;
  /** Bytes hashed or sent, in the state's own step. */
  done: number;
  /** Bytes a second. */
  speed: number;
  message?: string;
  modelId?: string;
  /** Once it is known. */
  sha256?: string;
  /** The one in parts that this file goes on with. */
  upload?: Resumable;
}

export const items = signal<Item[]>([]);
export const paused = signal(false);
/** Whether the farm can't be reached: what waits goes on by itself. */
export const offline = signal(false);
/** Uploads in parts that were begun and not finished, also by another visit to these pages. */
export const unfinished = signal<Resumable[]>([]);

const AGAIN_MS = 5000;
const MEGABYTE = 1024 ** 2;
let counted = 0;
let busy = false;
let stop = new AbortController();

export function add(picked: Iterable<Picked>, settings: Settings, tags: string[], upload?: Resumable): void {
  const limit = me.peek()?.maxUploadMb ?? 100;
  const added = [...picked].map(({ file, handle }): Item => {
    const message = !SUFFIXES.some((suffix) => file.name.toLowerCase().endsWith(suffix))
      ? t.upload.wrongType
      : file.size === 0
        ? t.upload.empty
        : file.size > limit * MEGABYTE
          ? t.upload.tooLarge(limit)
          : undefined;
    const state = message ? "refused" : "waiting";
    return { id: ++counted, file, handle, settings, tags, state, done: 0, speed: 0, message, upload };
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
  void refreshUnfinished();
}

export function setPaused(on: boolean): void {
  paused.value = on;
  if (on) stop.abort();
  else void work();
}

export async function refreshUnfinished(): Promise<void> {
  try {
    unfinished.value = (await got(v1.GET("/v1/uploads", {}))).data;
  } catch {
    // What can't be reached is told by what is on its way.
  }
}

/** Deletes an unfinished upload and what has come of it. Throws ApiError. */
export async function discard(upload: Resumable): Promise<void> {
  await got(v1.DELETE("/v1/uploads/{upload_id}", { params: { path: { upload_id: upload.id ?? "" } } }));
  if (upload.id) void forget(upload.id);
  await refreshUnfinished();
}

function change(id: number, changes: Partial<Item>): void {
  items.value = items.peek().map((item) => (item.id === id ? { ...item, ...changes } : item));
}

/** Notes how far a step is; its speed is that of this visit, whatever came before. */
function advance(id: number): (done: number) => void {
  const since = performance.now();
  let from: number | undefined;
  return (done) => {
    from ??= done;
    change(id, { done, speed: (done - from) / Math.max(0.2, (performance.now() - since) / 1000) });
  };
}

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (;;) {
    const next = items.peek().find((item) => item.state === "waiting" || item.state === "paused");
    if (!next || paused.peek() || offline.peek() || expired.peek()) break;
    stop = new AbortController();
    await bring(next, stop.signal);
  }
  busy = false;
}

async function bring(item: Item, stopped: AbortSignal): Promise<void> {
  const { id, file } = item;
  try {
    const sha256 = item.sha256 ?? (await hashed(item));
    stopped.throwIfAborted();
    if (item.upload && item.upload.sha256 !== sha256) {
      change(id, { state: "refused", done: 0, message: t.upload.otherFile });
      return;
    }
    const known = (await got(v1.POST("/v1/models/check-hash", { body: { sha256 } }))).data;
    stopped.throwIfAborted();
    if (known.exists && known.modelId) {
      change(id, { state: "duplicate", done: file.size, modelId: known.modelId });
      return;
    }
    change(id, { state: "sending", done: 0, speed: 0 });
    const sent = await brought(item, sha256, stopped);
    change(id, { state: "done", done: file.size, modelId: sent.modelId });
    void refreshMe(); // what it cost
  } catch (error) {
    const lost = error instanceof ApiError && error.status === 0;
    const later = stopped.aborted || lost || (error instanceof ApiError && error.status === 401);
    change(id, { state: later ? "paused" : "refused", done: 0, message: later ? undefined : messageOf(error) });
    if (lost) waitForConnection();
  }
}

async function hashed(item: Item): Promise<string> {
  change(item.id, { state: "hashing", done: 0, message: undefined });
  const sha256 = await sha256Of(item.file, advance(item.id));
  change(item.id, { sha256 });
  return sha256;
}

async function brought(item: Item, sha256: string, stopped: AbortSignal): Promise<Sent> {
  const { id, file, settings, tags, handle } = item;
  if (!item.upload && file.size <= (me.peek()?.inPartsMb ?? 0) * MEGABYTE) {
    const sent = await send(file, settings, advance(id), stopped);
    await tag(item, sent.modelId);
    return sent;
  }
  const begun = item.upload?.id
    ? await got(v1.GET("/v1/uploads/{upload_id}", { params: { path: { upload_id: item.upload.id } } }))
    : await got(
        v1.POST("/v1/uploads", {
          body: { name: file.name, size: file.size, sha256, tags, renderSettings: settings },
        }),
      );
  const upload = begun.data;
  if (handle && upload.id) void keep(upload.id, handle);
  change(id, { upload });
  const sent = await sendParts(file, upload, advance(id), stopped);
  if (upload.id) void forget(upload.id);
  void refreshUnfinished();
  return sent;
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

function waitForConnection(): void {
  offline.value = true;
  setTimeout(goOn, AGAIN_MS);
}

function goOn(): void {
  if (!offline.peek()) return;
  offline.value = false;
  void work();
}

addEventListener("online", goOn);

effect(() => {
  if (!expired.value) void work();
});

addEventListener("beforeunload", (event) => {
  const now = items.peek().find((item) => item.state === "sending");
  if (busy && !now?.upload) event.preventDefault(); // what goes in parts can go on after it
});
