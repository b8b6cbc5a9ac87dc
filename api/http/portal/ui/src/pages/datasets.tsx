// Training sets: found, looked into, downloaded.
import { useState } from "preact/hooks";
import { got, type Render, v1 } from "../api/client";
import { SetViewer } from "../dataset/viewer";
import { Icon } from "../parts/icons";
import { Grid } from "../parts/grid";
import { usePaged } from "../parts/paged";
import { Empty, Head, Wrong } from "../parts/ui";
import { endings } from "../state/live";
import { modelName } from "../state/models";
import { go, route } from "../state/route";
import { t } from "../texts";
import { summary } from "./queue";

export function Datasets() {
  const open = route.value.query.get("open");
  return open ? <SetViewer key={open} id={open} /> : <All />;
}

/** Of all finished renders those that are training sets: dx.gl's list has no filter for that. */
async function fetchSets(text: string): Promise<{ data: Render[]; meta: { total: number } }> {
  const data: Render[] = [];
  for (let offset = 0; ; offset += 100) {
    const query = { status: "done", q: text, limit: 100, offset };
    const found = await got(v1.GET("/v1/renders", { params: { query } }));
    data.push(...found.data.filter((render) => render.renderSettings.output === "dataset"));
    if (offset + 100 >= found.meta.total) return { data, meta: { total: data.length } };
  }
}

function All() {
  const [text, setText] = useState("");
  const list = usePaged<Render>(text, endings.value, () => fetchSets(text));
  return (
    <>
      <Head title={t.sets.title} lead={t.sets.lead}>
        <label class="search">
          <span class="hidden">{t.videos.search}</span>
          <Icon name="search" />
          <input
            class="input"
            type="search"
            placeholder={t.videos.search}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
      </Head>
      {list.wrong && <Wrong message={list.wrong} onRetry={list.again} />}
      {!list.loading && !list.wrong && list.total === 0 ? (
        text ? (
          <Empty icon="search" title={t.library.nothingTitle} text={t.library.nothingText} />
        ) : (
          <Empty icon="datasets" title={t.sets.emptyTitle} text={t.sets.emptyText}>
            <button class="button primary large" type="button" onClick={() => go("library")}>
              {t.look.toLibrary}
            </button>
          </Empty>
        )
      ) : (
        <Grid
          list={list.loading ? { total: 4, at: () => undefined } : list}
          onWant={() => undefined}
          least={264}
          shape={1}
          extra={68}
          card={(render) => <Card render={render} />}
        />
      )}
    </>
  );
}

function Card({ render }: { render: Render }) {
  const name = modelName(render.modelId);
  return (
    <article class="model">
      <button
        class="thumb square"
        type="button"
        aria-label={t.sets.open(name)}
        onClick={() => go("datasets", { open: render.id })}
      >
        <img src={`/v1/renders/${render.id}/poster`} alt="" loading="lazy" />
      </button>
      <div class="caption">
        <strong class="cut">{name}</strong>
        <span class="small soft cut">{summary(render.renderSettings)}</span>
      </div>
    </article>
  );
}
