// The files on their way, and those that an earlier visit did not bring to an end.
import { useEffect, useState } from "preact/hooks";
import { messageOf, type Resumable } from "../api/client";
import { bytes } from "../formats";
import { Icon } from "../parts/icons";
import { toast } from "../parts/ui";
import { go } from "../state/route";
import { expired } from "../state/session";
import {
  add, clearEnded, discard, type Item, items, offline, paused, refreshUnfinished, remove, setPaused, unfinished,
} from "../state/uploads";
import { t } from "../texts";
import { kept, type Picked, reopened } from "./handles";
import { Picker } from "./picker";

export function Files() {
  const all = items.value;
  if (!all.length) return null;
  const here = all.filter((item) => item.state === "done" || item.state === "duplicate");
  return (
    <section class="files stack">
      <div class="row">
        <h2 class="grow number">{t.upload.summary(here.length, all.length)}</h2>
        <button class="button quiet" type="button" onClick={() => setPaused(!paused.value)}>
          {paused.value ? t.upload.resume : t.upload.pause}
        </button>
        <button class="button quiet" type="button" onClick={clearEnded}>
          {t.upload.clear}
        </button>
        {here.length > 0 && (
          <button
            class="button primary"
            type="button"
            onClick={() => go("look", { models: here.map((item) => item.modelId).join(",") })}
          >
            {t.upload.choose}
          </button>
        )}
      </div>
      {offline.value && (
        <div class="note" role="status">
          {t.upload.offline}
        </div>
      )}
      <ul class="card list">
        {all.map((item) => (
          <FileLine key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}

const CHIPS: Partial<Record<Item["state"], string>> = { done: "good", duplicate: "good", refused: "bad" };

function FileLine({ item }: { item: Item }) {
  const moving = item.state === "hashing" || item.state === "sending";
  const left = (item.file.size - item.done) / item.speed;
  return (
    <li class="line">
      <div class="grow stack tight">
        <div class="row">
          <strong class="cut grow">{item.file.name}</strong>
          <span class={`chip ${CHIPS[item.state] ?? ""}`}>{t.upload.states[item.state]}</span>
        </div>
        {moving ? (
          <progress value={item.done} max={item.file.size} aria-label={item.file.name} />
        ) : (
          item.message && <span class="small bad-ink">{item.message}</span>
        )}
        <span class="small soft number">
          {bytes(item.file.size)}
          {item.state === "sending" && item.speed > 0 && ` · ${bytes(item.speed)}/s · ${t.upload.left(left)}`}
        </span>
      </div>
      {item.modelId ? (
        <button class="button" type="button" onClick={() => go("library", { open: item.modelId ?? "" })}>
          {t.upload.show}
        </button>
      ) : (
        <button
          class="button quiet icon"
          type="button"
          aria-label={`${t.remove} ${item.file.name}`}
          onClick={() => remove(item.id)}
        >
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

/** What was begun and isn't on its way now. */
export function Unfinished() {
  const signedOut = expired.value;
  useEffect(() => {
    if (!signedOut) void refreshUnfinished();
  }, [signedOut]);
  const onTheirWay = new Set(items.value.map((item) => item.upload?.id));
  const left = unfinished.value.filter((upload) => !onTheirWay.has(upload.id));
  if (!left.length) return null;
  return (
    <section class="files stack">
      <div>
        <h2>{t.upload.unfinishedTitle}</h2>
        <p class="soft">{t.upload.unfinishedText}</p>
      </div>
      <ul class="card list">
        {left.map((upload) => (
          <UnfinishedLine key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  );
}

function UnfinishedLine({ upload }: { upload: Resumable }) {
  const [handle, setHandle] = useState<FileSystemFileHandle>();
  useEffect(() => {
    void kept(upload.id ?? "").then(setHandle);
  }, [upload.id]);
  const percent = Math.floor((100 * upload.parts.length) / upload.partCount);
  const take = (picked: Picked[]) => add(picked.slice(0, 1), {}, upload.tags, upload);
  async function goOn(known: FileSystemFileHandle) {
    const file = await reopened(known);
    if (file) take([{ file, handle: known }]);
    else setHandle(undefined); // it was moved, or the person said no: then they are asked for it
  }
  async function erase() {
    try {
      await discard(upload);
    } catch (error) {
      toast(messageOf(error));
    }
  }
  return (
    <li class="line">
      <div class="grow stack tight">
        <strong class="cut">{upload.name}</strong>
        <progress value={percent} max={100} aria-label={upload.name} />
        <span class="small soft number">
          {bytes(upload.size)} · {t.upload.here(percent)}
        </span>
      </div>
      {handle ? (
        <button class="button" type="button" onClick={() => goOn(handle)}>
          {t.upload.goOn}
        </button>
      ) : (
        <Picker label={t.upload.chooseAgain} onTake={take} />
      )}
      <button
        class="button quiet icon"
        type="button"
        aria-label={t.upload.discard(upload.name)}
        title={t.upload.discard(upload.name)}
        onClick={erase}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
