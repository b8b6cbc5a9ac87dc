// One gallery, to be made or changed: its words, who sees it, and what it shows, in which order.
import { useState } from "preact/hooks";
import { got, messageOf, own, type Render, v1 } from "../../api/client";
import type { Gallery } from "../../api/studio";
import { useFetched } from "../../parts/fetched";
import { Icon } from "../../parts/icons";
import { pictureOf } from "../../parts/pictures";
import { Field, Head, Switch, toast, Wrong } from "../../parts/ui";
import { modelName } from "../../state/models";
import { go } from "../../state/route";
import { t } from "../../texts";
import { summary } from "../queue";

const MOST = 100; // the server's, and the page's of renders that are offered

export function GalleryEditor({ id, begunWith }: { id: string; begunWith: string | null }) {
  const all = useFetched(id, () => own<{ data: Gallery[] }>("GET", "/galleries"));
  const query = { status: "done", limit: MOST };
  const renders = useFetched("", () => got(v1.GET("/v1/renders", { params: { query } })));
  const wrong = all.wrong ?? renders.wrong;
  if (wrong) return <Wrong message={wrong} onRetry={all.again} />;
  if (!all.data || !renders.data) return <div class="skeleton tall" />;
  const gallery = all.data.data.find((each) => each.id === id);
  if (id !== "new" && !gallery) return <Wrong message={t.galleries.gone} />;
  const begun = gallery ?? { title: "", text: "", isPublic: false, renderIds: begunWith ? [begunWith] : [] };
  return <Editor id={gallery?.id} begun={begun} renders={renders.data.data} />;
}

type Begun = Pick<Gallery, "title" | "text" | "isPublic" | "renderIds">;

function Editor({ id, begun, renders }: { id: string | undefined; begun: Begun; renders: Render[] }) {
  const [title, setTitle] = useState(begun.title);
  const [text, setText] = useState(begun.text);
  const [isPublic, setPublic] = useState(begun.isPublic);
  const [chosen, setChosen] = useState(begun.renderIds);
  const [wrong, setWrong] = useState<string>();
  const known = new Map(renders.map((render) => [render.id, render]));
  const others = renders.filter((render) => !chosen.includes(render.id));
  async function save(event: Event) {
    event.preventDefault();
    try {
      const body = { title, text, isPublic, renderIds: chosen };
      if (id) await own("PUT", `/galleries/${id}`, body);
      else await own("POST", "/galleries", body);
      toast(t.galleries.saved);
      go("videos", { show: "galleries" });
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  function earlier(index: number) {
    const next = [...chosen];
    const [moved] = next.splice(index, 1);
    if (moved) next.splice(index - 1, 0, moved);
    setChosen(next);
  }
  return (
    <form class="stack wide-gap" onSubmit={save}>
      <Head title={title || t.galleries.create}>
        <button class="button" type="button" onClick={() => go("videos", { show: "galleries" })}>
          <Icon name="back" />
          {t.galleries.tab.galleries}
        </button>
        <button class="button primary" type="submit" disabled={chosen.length === 0}>
          {t.galleries.save}
        </button>
      </Head>
      {wrong && <Wrong message={wrong} />}
      <section class="card two">
        <div class="stack">
          <Field label={t.galleries.title} placeholder={t.galleries.titleHint} required value={title} onInput={setTitle} />
          <Field label={t.galleries.text} value={text} onInput={setText} />
        </div>
        <div class="stack tight">
          <Switch label={t.galleries.publicSwitch} checked={isPublic} onChange={setPublic} />
          <p class="small soft">{t.galleries.publicText}</p>
        </div>
      </section>
      <section class="stack">
        <div class="row">
          <h2 class="grow">{t.galleries.choose}</h2>
          <span class="small soft number">{t.galleries.chosen(chosen.length, MOST)}</span>
        </div>
        {renders.length === 0 && <p class="soft">{t.galleries.nothing}</p>}
        <ul class="pieces">
          {chosen.map((renderId, index) => (
            <li key={renderId}>
              <Piece render={known.get(renderId)}>
                {index > 0 && (
                  <button
                    class="button quiet icon"
                    type="button"
                    aria-label={t.galleries.earlier(nameIn(known.get(renderId)))}
                    onClick={() => earlier(index)}
                  >
                    <Icon name="left" />
                  </button>
                )}
                <button
                  class="button quiet icon"
                  type="button"
                  aria-label={t.galleries.drop(nameIn(known.get(renderId)))}
                  onClick={() => setChosen(chosen.filter((each) => each !== renderId))}
                >
                  <Icon name="close" />
                </button>
              </Piece>
            </li>
          ))}
        </ul>
        {others.length > 0 && (
          <ul class="pieces faint">
            {others.map((render) => (
              <li key={render.id}>
                <Piece render={render}>
                  <button
                    class="button quiet icon"
                    type="button"
                    disabled={chosen.length >= MOST}
                    aria-label={t.galleries.take(nameIn(render))}
                    onClick={() => setChosen([...chosen, render.id])}
                  >
                    <Icon name="plus" />
                  </button>
                </Piece>
              </li>
            ))}
          </ul>
        )}
      </section>
    </form>
  );
}

function nameIn(render: Render | undefined): string {
  return render ? `${modelName(render.modelId)}, ${summary(render.renderSettings)}` : t.loadingPage;
}

function Piece(props: { render: Render | undefined; children: preact.ComponentChildren }) {
  const { render } = props;
  return (
    <figure class="piece">
      {render ? <img src={pictureOf(render)} alt="" loading="lazy" /> : <span class="no-picture" />}
      <figcaption class="row">
        <span class="grow stack none">
          <span class="cut small">{render ? modelName(render.modelId) : "…"}</span>
          <span class="cut small soft">{render && summary(render.renderSettings)}</span>
        </span>
        {props.children}
      </figcaption>
    </figure>
  );
}
