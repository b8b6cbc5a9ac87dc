// All models, to be found, looked into, chosen and put away.
import { useState } from "preact/hooks";
import { got, messageOf, type Model, v1 } from "../api/client";
import { Bar } from "../library/bar";
import { Card } from "../library/card";
import { Filters, isSet, NO_FILTER, queryOf } from "../library/filters";
import { Trash } from "../library/trash";
import { Grid, PAGE } from "../parts/grid";
import { Icon } from "../parts/icons";
import { usePaged } from "../parts/paged";
import { Choice, Empty, Head, Search, Segments, toast, Wrong } from "../parts/ui";
import { deletions } from "../state/deletions";
import { endings } from "../state/live";
import { remember } from "../state/models";
import { go, route } from "../state/route";
import { me } from "../state/session";
import { t } from "../texts";
import { Inspect } from "./inspect";

type Shown = "current" | "archived" | "deleted";

const SORTS = Object.entries(t.library.sorts);

export function Library() {
  const [text, setText] = useState("");
  const [sort, setSort] = useState("-createdAt");
  const [shown, setShown] = useState<Shown>("current");
  const archived = shown === "archived";
  const [filter, setFilter] = useState(NO_FILTER);
  const [filtering, setFiltering] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [changed, setChanged] = useState(0);
  const open = route.value.query.get("open");
  const key = JSON.stringify([text, sort, archived, filter]);
  const list = usePaged<Model>(key, changed + endings.value + deletions.value, fetchPage);
  async function fetchPage(offset: number) {
    const query = { q: text, sort, archived, ...queryOf(filter), limit: PAGE, offset };
    const found = await got(v1.GET("/v1/models", { params: { query } }));
    remember(found.data);
    return found;
  }
  const again = () => setChanged((before) => before + 1);
  function toggle(id: string) {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  }
  async function chooseAll() {
    const ids = new Set<string>();
    try {
      for (let offset = 0; offset < list.total; offset += PAGE) {
        for (const model of (await fetchPage(offset)).data) ids.add(model.id);
      }
      setChosen(ids);
    } catch (error) {
      toast(messageOf(error));
    }
  }
  const searching = text !== "" || archived || isSet(filter);
  return (
    <>
      <Head title={t.library.title}>
        <Search label={t.library.search} value={text} onInput={setText} />
        <Choice label={t.library.sort} hideLabel value={sort} options={SORTS} onChange={setSort} />
        <button
          class={isSet(filter) ? "button on" : "button"}
          type="button"
          aria-expanded={filtering}
          onClick={() => setFiltering(!filtering)}
        >
          <Icon name="look" />
          {t.library.filter}
        </button>
        <Segments
          label={t.library.shown}
          hideLabel
          value={shown}
          options={[
            ["current", t.library.current],
            ["archived", t.library.archived],
            ...(me.value?.keepsDeleted ? [["deleted", t.library.trash] as const] : []),
          ]}
          onChange={(value) => {
            setShown(value);
            setChosen(new Set());
          }}
        />
      </Head>
      {filtering && <Filters filter={filter} onChange={setFilter} />}
      {list.wrong && <Wrong message={list.wrong} onRetry={list.again} />}
      {shown === "deleted" ? (
        <Trash />
      ) : !list.loading && !list.wrong && list.total === 0 ? (
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
          card={(model) => <Card model={model} chosen={chosen.has(model.id)} onToggle={() => toggle(model.id)} />}
        />
      )}
      {chosen.size > 0 && (
        <Bar
          ids={[...chosen]}
          total={list.total}
          archived={archived}
          onAll={chooseAll}
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
