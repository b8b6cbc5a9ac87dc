// All models, to be found, looked into, chosen and put away.
import { useState } from "preact/hooks";
import { got, type Model, v1 } from "../api/client";
import { Icon } from "../parts/icons";
import { Grid } from "../parts/grid";
import { usePaged } from "../parts/paged";
import { Choice, Dialog, Empty, Head, Segments, toast, Wrong } from "../parts/ui";
import { endings } from "../state/live";
import { nameOf, remember } from "../state/models";
import { go, route } from "../state/route";
import { bytes } from "../formats";
import { t } from "../texts";
import { Inspect } from "./inspect";

const SORTS = [
  ["-createdAt", t.library.newest],
  ["title", t.library.byName],
  ["-fileSize", t.library.largest],
] as const;

export function Library() {
  const [text, setText] = useState("");
  const [sort, setSort] = useState<(typeof SORTS)[number][0]>("-createdAt");
  const [archived, setArchived] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [changed, setChanged] = useState(0);
  const open = route.value.query.get("open");
  const key = JSON.stringify([text, sort, archived]);
  const list = usePaged<Model>(key, changed + endings.value, async (offset) => {
    const query = { q: text, sort, archived, limit: 100, offset };
    const found = await got(v1.GET("/v1/models", { params: { query } }));
    remember(found.data);
    return found;
  });
  const again = () => setChanged((before) => before + 1);
  function toggle(id: string) {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  }
  const searching = text !== "" || archived;
  return (
    <>
      <Head title={t.library.title}>
        <label class="search">
          <span class="hidden">{t.library.search}</span>
          <Icon name="search" />
          <input
            class="input"
            type="search"
            placeholder={t.library.search}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <Choice label={t.library.newest} hideLabel value={sort} options={SORTS} onChange={setSort} />
        <Segments
          label={t.library.archived}
          hideLabel
          value={archived ? "archived" : "current"}
          options={[
            ["current", t.library.current],
            ["archived", t.library.archived],
          ]}
          onChange={(value) => setArchived(value === "archived")}
        />
      </Head>
      {list.wrong && <Wrong message={list.wrong} onRetry={list.again} />}
      {!list.loading && !list.wrong && list.total === 0 ? (
        searching ? (
          <Empty icon="search" title={t.library.nothingTitle} text={t.library.nothingText} />
        ) : (
          <Empty icon="library" title={t.library.emptyTitle} text={t.library.emptyText}>
            <button class="button primary large" type="button" onClick={() => go("upload")}>
              {t.library.upload}
            </button>
          </Empty>
        )
      ) : (
        <Grid
          list={list.loading ? { total: 12, at: () => undefined } : list}
          onWant={list.want}
          least={208}
          shape={9 / 16}
          extra={68}
          card={(model) => (
            <Card model={model} chosen={chosen.has(model.id)} onToggle={() => toggle(model.id)} />
          )}
        />
      )}
      {chosen.size > 0 && (
        <Bar
          ids={[...chosen]}
          archived={archived}
          onDone={() => {
            setChosen(new Set());
            again();
          }}
          onClear={() => setChosen(new Set())}
        />
      )}
      {open && <Inspect id={open} onClose={() => go("library", {}, true)} onChanged={again} />}
    </>
  );
}

function Card({ model, chosen, onToggle }: { model: Model; chosen: boolean; onToggle: () => void }) {
  const name = nameOf(model);
  return (
    <article class={chosen ? "model chosen" : "model"}>
      <button
        class="thumb"
        type="button"
        aria-label={t.library.open(name)}
        onClick={() => go("library", { open: model.id })}
      >
        <Turning poster={model.thumbnailUrl} />
      </button>
      <label class="tick" title={t.library.select(name)}>
        <input type="checkbox" checked={chosen} aria-label={t.library.select(name)} onChange={onToggle} />
      </label>
      <div class="caption">
        <strong class="cut">{name}</strong>
        <span class="small soft cut number">{model.sku || model.tags.join(", ") || bytes(model.fileSize)}</span>
      </div>
    </article>
  );
}

/** A picture that turns while the pointer is over it: the small video of the same render. */
export function Turning({ poster }: { poster: string | null }) {
  const [over, setOver] = useState(false);
  if (!poster) {
    return (
      <span class="no-picture">
        <Icon name="library" size={40} />
      </span>
    );
  }
  return (
    <span class="turning" onPointerEnter={() => setOver(true)} onPointerLeave={() => setOver(false)}>
      <img src={poster} alt="" loading="lazy" decoding="async" />
      {over && <video src={poster.replace(/\/poster$/, "/thumb")} autoPlay loop muted playsInline />}
    </span>
  );
}

function Bar(props: { ids: string[]; archived: boolean; onDone: () => void; onClear: () => void }) {
  const { ids, archived } = props;
  const [asking, setAsking] = useState(false);
  async function archive() {
    const path = archived ? "/v1/models/{model_id}/unarchive" : "/v1/models/{model_id}/archive";
    try {
      for (const id of ids) await got(v1.PATCH(path, { params: { path: { model_id: id } } }));
    } catch (error) {
      toast((error as Error).message);
    }
    props.onDone();
  }
  async function erase() {
    try {
      for (let start = 0; start < ids.length; start += 100) {
        await got(v1.POST("/v1/models/delete", { body: { ids: ids.slice(start, start + 100) } }));
      }
      toast(t.library.deleted(ids.length));
    } catch (error) {
      toast((error as Error).message);
    }
    props.onDone();
  }
  return (
    <div class="bar" role="toolbar" aria-label={t.library.selected(ids.length)}>
      <strong class="number">{t.library.selected(ids.length)}</strong>
      <button class="button primary" type="button" onClick={() => go("look", { models: ids.join(",") })}>
        <Icon name="look" />
        {t.library.look}
      </button>
      <button class="button" type="button" onClick={archive}>
        {archived ? t.library.unarchive : t.library.archive}
      </button>
      <button class="button bad" type="button" onClick={() => setAsking(true)}>
        {t.delete}
      </button>
      <button class="button quiet" type="button" onClick={props.onClear}>
        {t.library.clear}
      </button>
      {asking && (
        <Dialog title={t.library.deleteAsk(ids.length)} onClose={() => setAsking(false)}>
          <div class="row">
            <button class="button primary" type="button" onClick={erase}>
              {t.delete}
            </button>
            <button class="button" type="button" onClick={() => setAsking(false)}>
              {t.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
