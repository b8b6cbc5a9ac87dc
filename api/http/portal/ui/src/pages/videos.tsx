// What is finished: to be watched, shared and downloaded.
import { useState } from "preact/hooks";
import { got, type Render, v1 } from "../api/client";
import { Icon } from "../parts/icons";
import { Grid } from "../parts/grid";
import { pictureOf } from "../parts/pictures";
import { usePaged } from "../parts/paged";
import { Turning } from "../parts/turning";
import { Empty, Head, Search, Segments, Wrong } from "../parts/ui";
import { endings } from "../state/live";
import { modelName } from "../state/models";
import { go, route } from "../state/route";
import { t } from "../texts";
import { Player } from "./player";
import { summary } from "./queue";
import { Galleries } from "./videos/galleries";
import { GalleryEditor } from "./videos/gallery";

type Section = keyof typeof t.galleries.tab;

function Sections({ shown }: { shown: Section }) {
  return (
    <Segments
      label={t.videos.title}
      hideLabel
      value={shown}
      options={(Object.keys(t.galleries.tab) as Section[]).map((each) => [each, t.galleries.tab[each]] as const)}
      onChange={(each) => go("videos", { show: each })}
    />
  );
}

export function Videos() {
  const { query } = route.value;
  const gallery = query.get("gallery");
  if (gallery) return <GalleryEditor key={gallery} id={gallery} begunWith={query.get("with")} />;
  if (query.get("show") !== "galleries") return <All />;
  return (
    <>
      <Head title={t.galleries.tab.galleries}>
        <Sections shown="galleries" />
      </Head>
      <Galleries />
    </>
  );
}

function All() {
  const [text, setText] = useState("");
  const [changed, setChanged] = useState(0);
  const list = usePaged<Render>(text, changed + endings.value, (offset) =>
    got(v1.GET("/v1/renders", { params: { query: { status: "done", q: text, limit: 100, offset } } })),
  );
  const open = route.value.query.get("open");
  return (
    <>
      <Head title={t.videos.title}>
        <Sections shown="videos" />
        <Search label={t.videos.search} value={text} onInput={setText} />
        {list.total > 0 && (
          <a class="button" href="/v1/renders/export?format=csv&status=done" download>
            <Icon name="download" />
            {t.videos.exportCsv}
          </a>
        )}
      </Head>
      {list.wrong && <Wrong message={list.wrong} onRetry={list.again} />}
      {!list.loading && !list.wrong && list.total === 0 ? (
        text ? (
          <Empty icon="search" title={t.library.nothingTitle} text={t.library.nothingText} />
        ) : (
          <Empty icon="videos" title={t.videos.emptyTitle} text={t.videos.emptyText}>
            <button class="button primary large" type="button" onClick={() => go("upload")}>
              {t.library.upload}
            </button>
          </Empty>
        )
      ) : (
        <Grid
          list={list.loading ? { total: 8, at: () => undefined } : list}
          onWant={list.want}
          least={264}
          shape={9 / 16}
          extra={68}
          card={(render) => <Card render={render} />}
        />
      )}
      {open && (
        <Player
          id={open}
          onClose={() => go("videos", {}, true)}
          onDeleted={() => {
            go("videos", {}, true);
            setChanged((before) => before + 1);
          }}
        />
      )}
    </>
  );
}

function Card({ render }: { render: Render }) {
  const name = modelName(render.modelId);
  const moves = render.renderSettings.output === "video";
  return (
    <article class="model">
      <button
        class="thumb"
        type="button"
        aria-label={t.videos.open(`${name}, ${summary(render.renderSettings)}`)}
        onClick={() => go("videos", { open: render.id })}
      >
        {moves ? (
          <Turning poster={`/v1/renders/${render.id}/poster`} />
        ) : (
          <img src={pictureOf(render)} alt="" loading="lazy" />
        )}
        {moves && (
          <span class="play">
            <Icon name="play" size={16} />
          </span>
        )}
      </button>
      <div class="caption">
        <strong class="cut">{name}</strong>
        <span class="small soft cut">{summary(render.renderSettings)}</span>
      </div>
    </article>
  );
}
