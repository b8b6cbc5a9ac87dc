// Files come in: dropped or picked, checked, and on their way.
import { useEffect, useRef, useState } from "preact/hooks";
import { got, type Settings, v1 } from "../api/client";
import { Icon } from "../parts/icons";
import { Choice, Field, Head } from "../parts/ui";
import { go } from "../state/route";
import { me } from "../state/session";
import { add, clearEnded, type Item, items, paused, remove, setPaused } from "../state/uploads";
import { Links } from "../upload/links";
import { bytes } from "../formats";
import { t } from "../texts";
import { label } from "../words";

const QUALITIES = ["share", "standard", "4k", "pro"] as const;
type Quality = (typeof QUALITIES)[number];

export function tagsIn(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim().toLowerCase()).filter(Boolean))];
}

/** All files that were dropped, also those inside of folders. */
async function filesIn(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...(await Promise.all(some.map(filesBelow))).flat());
  }
}

export function Upload() {
  const [over, setOver] = useState(false);
  const [linking, setLinking] = useState(false);
  const [tags, setTags] = useState("");
  const [quality, setQuality] = useState<Quality>("share");
  const [price, setPrice] = useState(1);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const limit = me.value?.maxUploadMb ?? 100;
  useEffect(() => {
    got(v1.POST("/v1/quote", { body: { renders: [{ quality }] } })).then(
      (answer) => setPrice(answer.data.creditsRequired),
      () => undefined,
    );
  }, [quality]);
  const take = (found: Iterable<File>) => add(found, { quality } satisfies Settings, tagsIn(tags));
  return (
    <>
      <Head title={t.upload.title} lead={t.upload.lead} />
      <div class="upload">
        <section
          class={over ? "drop over" : "drop"}
          aria-label={t.upload.drop}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={async (event) => {
            event.preventDefault();
            setOver(false);
            if (event.dataTransfer) take(await filesIn(event.dataTransfer));
          }}
        >
          <Icon name="upload" size={56} />
          <h2>{t.upload.drop}</h2>
          <p class="soft">
            {t.upload.dropHint}, {t.upload.limit(limit)}
          </p>
          <div class="row">
            <button class="button primary large" type="button" onClick={() => files.current?.click()}>
              {t.upload.pick}
            </button>
            <button class="button large" type="button" onClick={() => folder.current?.click()}>
              {t.upload.pickFolder}
            </button>
          </div>
          <button class="button quiet" type="button" onClick={() => setLinking(true)}>
            {t.upload.urls}
          </button>
          <Picker field={files} onTake={take} label={t.upload.pick} />
          <Picker field={folder} onTake={take} label={t.upload.pickFolder} folder />
        </section>
        <section class="card stack">
          <Choice
            label={t.upload.quality}
            value={quality}
            onChange={setQuality}
            options={QUALITIES.map((each) => [each, label(each)] as const)}
          />
          <p class="small soft number">{t.upload.price(price)}</p>
          <Field label={t.upload.tags} placeholder={t.upload.tagsHint} value={tags} onInput={setTags} />
          <div class="steps">
            <h3>{t.upload.stepsTitle}</h3>
            <ol class="small soft">
              {t.upload.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </div>
        </section>
      </div>
      {items.value.length > 0 && <Files />}
      {linking && <Links settings={{ quality }} tags={tagsIn(tags)} onClose={() => setLinking(false)} />}
    </>
  );
}

function Picker(props: {
  field: { current: HTMLInputElement | null };
  onTake: (files: Iterable<File>) => void;
  label: string;
  folder?: boolean;
}) {
  return (
    <input
      ref={props.field}
      type="file"
      multiple
      hidden
      aria-label={props.label}
      accept={props.folder ? undefined : ".glb,.gltf,.zip"}
      {...(props.folder ? { webkitdirectory: true } : {})}
      onChange={(event) => {
        props.onTake([...(event.currentTarget.files ?? [])]);
        event.currentTarget.value = "";
      }}
    />
  );
}

function Files() {
  const all = items.value;
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
