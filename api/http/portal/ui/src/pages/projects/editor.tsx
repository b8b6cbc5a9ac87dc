// A template: views placed in the live preview, videos, and the look that they have in common.
import { useState } from "preact/hooks";
import { got, messageOf, type Model, own, type Settings, v1 } from "../../api/client";
import type { Setting } from "../../api/own";
import type { TemplateDetail } from "../../api/studio";
import { LiveView } from "../../look/live";
import { clamp, type Orbit, STRAIGHT, wrapped } from "../../look/orbit";
import { Panel } from "../../look/panel";
import type { Stand } from "../../look/path";
import { useFetched } from "../../parts/fetched";
import { Icon } from "../../parts/icons";
import { ModelChoice, type Offered, useOffered } from "../../parts/models";
import { Choice, Field, Head, toast, Wrong } from "../../parts/ui";
import { nameOf } from "../../state/models";
import { go } from "../../state/route";
import { t } from "../../texts";
import { label } from "../../words";
import { tagsIn } from "../../parts/tags";

interface Bookmark extends Stand {
  name: string;
}

interface Shot extends Settings {
  name: string;
}

interface Content {
  look: Settings;
  bookmarks: Bookmark[];
  shots: Shot[];
}

/** The settings that all pictures and videos of a template have in common. */
const LOOK = ["lighting", "environmentId", "bgColor", "bgImageId", "bgAlign", "fgImageId", "fgAlign", "vignette", "shadows",
  "reflector", "toneMapping", "aspect", "tiltX", "panX", "rollZ"];
const ZOOMS: [number, number] = [0.5, 2];
const FIRST: Stand = { azimuth: 0, elevation: 8, zoom: 1.15 };

function rounded(stand: Stand): Stand {
  return {
    azimuth: Number(wrapped(stand.azimuth).toFixed(1)),
    elevation: Number(clamp(stand.elevation, -90, 90).toFixed(1)),
    zoom: Number(clamp(stand.zoom, ...ZOOMS).toFixed(2)),
  };
}

/** A name that none of the others has. */
function unused(names: string[], nth: (number: number) => string): string {
  let number = names.length + 1;
  while (names.includes(nth(number))) number += 1;
  return nth(number);
}

/** `from` is the template that is changed or, where `isNew`, begun with. */
export function TemplateEditor({ from, isNew }: { from: string; isNew: boolean }) {
  const path = { template_id: from };
  const found = useFetched(from, () => got(v1.GET("/api/v1/templates/{template_id}", { params: { path } })));
  const table = useFetched("", () => own<{ data: Setting[] }>("GET", "/settings"));
  const offered = useOffered();
  const wrong = found.wrong ?? table.wrong ?? offered.wrong;
  if (wrong) return <Wrong message={wrong} onRetry={found.again} />;
  if (!found.data || !table.data || !offered.known) return <div class="skeleton tall" />;
  return <Editor template={found.data} isNew={isNew} table={table.data.data} offered={offered} />;
}

interface EditorProps {
  template: TemplateDetail;
  isNew: boolean;
  table: Setting[];
  offered: Offered;
}

function Editor({ template, isNew, table, offered }: EditorProps) {
  const begun = template.content as unknown as Content;
  const [name, setName] = useState(isNew ? t.templates.copyOf(template.name) : template.name);
  const [description, setDescription] = useState(template.description);
  const [tags, setTags] = useState(template.tags.join(", "));
  const [look, setLook] = useState<Settings>(begun.look);
  const [bookmarks, setBookmarks] = useState<Bookmark[]>(begun.bookmarks);
  const [shots, setShots] = useState<Shot[]>(begun.shots);
  const [model, setModel] = useState<Model | undefined>(offered.models[0]);
  const [base, setBase] = useState<Stand>(begun.bookmarks[0] ?? FIRST);
  const [orbit, setOrbit] = useState<Orbit>(STRAIGHT);
  const [seen, setStand] = useState<Stand>(); // once the model is there
  const stand = seen ?? base;
  const [wrong, setWrong] = useState<string>();
  const [wide = 16, high = 9] = String(look.aspect ?? "16:9").split(":").map(Number);

  function see(to: Stand) {
    setOrbit(STRAIGHT);
    setBase({ azimuth: to.azimuth, elevation: to.elevation, zoom: to.zoom });
  }
  async function publish(event: Event) {
    event.preventDefault();
    const kept = Object.fromEntries(Object.entries(look).filter(([setting]) => LOOK.includes(setting)));
    const body = { name, description, tags: tagsIn(tags), content: { look: kept, bookmarks, shots } };
    const path = { template_id: template.templateId };
    try {
      if (isNew) await got(v1.POST("/api/v1/templates", { body }));
      else await got(v1.PUT("/api/v1/templates/{template_id}", { params: { path }, body }));
      toast(t.templates.saved);
      go("projects", { show: "templates" });
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  const rows = table.filter((row) => LOOK.includes(row.name)).map((row) => ({ ...row, outputs: ["image"] }));
  return (
    <form onSubmit={publish}>
      <Head title={name || t.templates.newName}>
        <button class="button" type="button" onClick={() => go("projects", { show: "templates" })}>
          <Icon name="back" />
          {t.templates.title}
        </button>
        <button class="button primary" type="submit" disabled={bookmarks.length + shots.length === 0}>
          {t.templates.publish}
        </button>
      </Head>
      {wrong && <Wrong message={wrong} />}
      <div class="look">
        <div class="look-left">
          {model ? (
            <div class="stage" style={{ aspectRatio: `${wide} / ${high}`, "--shape": String(wide / high) }}>
              <LiveView
                key={model.id}
                url={`/v1/models/${model.id}/file`}
                label={`${t.look.preview}: ${nameOf(model)}`}
                settings={{ ...look, output: "image", ...base }}
                orbit={orbit}
                onOrbit={setOrbit}
                onStand={setStand}
              />
              <span class="chip badge number">
                {t.templates.stand(wrapped(stand.azimuth), stand.elevation, stand.zoom)}
              </span>
            </div>
          ) : (
            <p class="card soft">{t.templates.noModel}</p>
          )}
          {model && (
            <div class="row">
              <button
                class="button primary"
                type="button"
                disabled={!seen}
                onClick={() =>
                  setBookmarks([
                    ...bookmarks,
                    { name: unused(bookmarks.map((each) => each.name), t.templates.bookmarkName), ...rounded(stand) },
                  ])
                }
              >
                <Icon name="plus" />
                {t.templates.addBookmark}
              </button>
              <ModelChoice hideLabel offered={offered} chosen={model} onChoose={setModel} />
            </div>
          )}
          <Bookmarks
            bookmarks={bookmarks}
            onSee={see}
            onTake={(index) =>
              setBookmarks(bookmarks.map((each, at) => (at === index ? { ...each, ...rounded(stand) } : each)))
            }
            onChange={setBookmarks}
          />
          <Shots shots={shots} table={table} onChange={setShots} />
        </div>
        <div class="look-right">
          <div class="group">
            <div class="stack padded">
              <Field label={t.templates.name} required value={name} onInput={setName} />
              <Field label={t.templates.description} value={description} onInput={setDescription} />
              <Field label={t.templates.tags} value={tags} onInput={setTags} />
            </div>
          </div>
          <Panel
            table={rows}
            settings={{ ...look, output: "image" }}
            model={undefined}
            onChange={(setting, value) => setLook({ ...look, [setting]: value })}
          />
        </div>
      </div>
    </form>
  );
}

interface BookmarksProps {
  bookmarks: Bookmark[];
  onSee: (stand: Stand) => void;
  onTake: (index: number) => void;
  onChange: (bookmarks: Bookmark[]) => void;
}

function Bookmarks({ bookmarks, onSee, onTake, onChange }: BookmarksProps) {
  return (
    <section class="card stack">
      <div>
        <h2>{t.templates.bookmarks}</h2>
        <p class="small soft">{t.templates.bookmarksLead}</p>
      </div>
      <ul class="list">
        {bookmarks.map((bookmark, index) => (
          <li key={index} class="line">
            <button
              class="button icon"
              type="button"
              aria-label={t.templates.see(bookmark.name)}
              title={t.templates.see(bookmark.name)}
              onClick={() => onSee(bookmark)}
            >
              <Icon name="camera" />
            </button>
            <div class="grow stack tight">
              <input
                class="input"
                aria-label={t.templates.rename(bookmark.name)}
                required
                maxLength={100}
                value={bookmark.name}
                onInput={(event) => {
                  const name = event.currentTarget.value;
                  onChange(bookmarks.map((each, at) => (at === index ? { ...each, name } : each)));
                }}
              />
              <span class="small soft number">
                {t.templates.stand(bookmark.azimuth, bookmark.elevation, bookmark.zoom)}
              </span>
            </div>
            <button class="button" type="button" onClick={() => onTake(index)}>
              {t.templates.take}
            </button>
            <Remove name={bookmark.name} onClick={() => onChange(bookmarks.filter((_, at) => at !== index))} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Shots({ shots, table, onChange }: { shots: Shot[]; table: Setting[]; onChange: (shots: Shot[]) => void }) {
  const effects = (table.find((row) => row.name === "effect")?.choices ?? []).filter((each) => each !== "dataset");
  const seconds = table.find((row) => row.name === "length");
  const change = (index: number, changes: Partial<Shot>) =>
    onChange(shots.map((each, at) => (at === index ? ({ ...each, ...changes } as Shot) : each)));
  return (
    <section class="card stack">
      <div class="row">
        <h2 class="grow">{t.templates.shots}</h2>
        <button
          class="button"
          type="button"
          onClick={() =>
            onChange([
              ...shots,
              { name: unused(shots.map((each) => each.name), t.templates.shotName), effect: "turntable", length: 6 },
            ])
          }
        >
          <Icon name="plus" />
          {t.templates.addShot}
        </button>
      </div>
      <ul class="list">
        {shots.map((shot, index) => (
          <li key={index} class="line shot">
            <Field label={t.templates.name} required value={shot.name} onInput={(name) => change(index, { name })} />
            <Choice
              label={t.templates.movement}
              value={String(shot.effect ?? "turntable")}
              options={effects.map((each) => [each, label(each)] as const)}
              onChange={(effect) => onChange(shots.map((each, at) => (at === index ? motion(each, effect) : each)))}
            />
            <Field
              label={t.templates.seconds}
              type="number"
              min={seconds?.minimum ?? 1}
              value={String(shot.length ?? 6)}
              onInput={(length) => change(index, { length: Number(length) })}
            />
            <Remove name={shot.name} onClick={() => onChange(shots.filter((_, at) => at !== index))} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The shot with another movement; what belonged to the one before is as usual again. */
function motion(shot: Shot, effect: string): Shot {
  return { name: shot.name, effect, length: shot.length, rotateY: shot.rotateY, zoom: shot.zoom };
}

function Remove(props: { name: string; onClick: () => void }) {
  const text = t.templates.remove(props.name);
  return (
    <button class="button quiet icon" type="button" aria-label={text} title={text} onClick={props.onClick}>
      <Icon name="trash" />
    </button>
  );
}
