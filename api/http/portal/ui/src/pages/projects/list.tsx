// The account's projects, and a new one.
import { useState } from "preact/hooks";
import { got, messageOf, type Model, own, v1 } from "../../api/client";
import type { ListedProject, Project, Template } from "../../api/studio";
import { useFetched } from "../../parts/fetched";
import { Grid } from "../../parts/grid";
import { Icon } from "../../parts/icons";
import { ModelSearch, useOffered } from "../../parts/models";
import { usePaged } from "../../parts/paged";
import { Choice, Dialog, Empty, Field, Switch, Wrong } from "../../parts/ui";
import { endings } from "../../state/live";
import { nameOf } from "../../state/models";
import { go, route } from "../../state/route";
import { t } from "../../texts";

/** Pages of the server's list of projects, by the grid's: it has five of them. */
const SERVED = 20;

async function fetchPage(offset: number): Promise<{ data: ListedProject[]; meta: { total: number } }> {
  const data: ListedProject[] = [];
  let total = 0;
  for (let start = offset; start < offset + 100; start += SERVED) {
    const found = await own<{ data: ListedProject[]; meta: { total: number } }>("GET", `/projects?offset=${start}`);
    data.push(...found.data);
    total = found.meta.total;
    if (start + SERVED >= total) break;
  }
  return { data, meta: { total } };
}

export function ProjectList() {
  const [making, setMaking] = useState(route.value.query.has("models"));
  const list = usePaged<ListedProject>("", endings.value, fetchPage);
  const create = (
    <button class="button primary" type="button" onClick={() => setMaking(true)}>
      <Icon name="plus" />
      {t.projects.create}
    </button>
  );
  return (
    <>
      {list.wrong && <Wrong message={list.wrong} onRetry={list.again} />}
      {!list.loading && !list.wrong && list.total === 0 ? (
        <Empty icon="projects" title={t.projects.emptyTitle} text={t.projects.emptyText}>
          {create}
        </Empty>
      ) : (
        <>
          <div class="row above">{create}</div>
          <Grid
            list={list.loading ? { total: 4, at: () => undefined } : list}
            onWant={list.want}
            least={264}
            shape={9 / 16}
            extra={92}
            card={(project) => <Card project={project} />}
          />
        </>
      )}
      {making && <NewProject chosen={(route.value.query.get("models") ?? "").split(",").filter(Boolean)} onClose={() => setMaking(false)} />}
    </>
  );
}

/** Where there is a picture of what the project's last order has made. */
export function pictureOf(project: ListedProject): string | undefined {
  const done = project.job?.outputs.filter((each) => each.status === "done") ?? [];
  const first = done.find((each) => each.fileType === "PNG") ?? done[0];
  return first && `/v1/renders/${first.renderId}/${first.fileType === "PNG" ? "thumb" : "poster"}`;
}

function Card({ project }: { project: ListedProject }) {
  const picture = pictureOf(project);
  const { job } = project;
  return (
    <article class="model">
      <button
        class="thumb"
        type="button"
        aria-label={t.projects.open(project.name)}
        onClick={() => go("projects", { open: project.id })}
      >
        {picture ? (
          <img src={picture} alt="" loading="lazy" />
        ) : (
          <span class="no-picture">
            <Icon name="projects" size={40} />
          </span>
        )}
      </button>
      <div class="caption">
        <strong class="cut">{project.name}</strong>
        <span class="small soft cut">{t.projects.of(project.models, project.template)}</span>
        <span class="small soft cut number">
          {job
            ? job.status === "COMPLETED"
              ? t.projects.statuses.COMPLETED
              : `${t.projects.statuses[job.status]} · ${t.projects.progress(job.done, job.outputs.length)}`
            : project.status === "READY"
              ? t.projects.notRendered
              : t.projects.statuses[project.status]}
        </span>
      </div>
    </article>
  );
}

function NewProject(props: { chosen: string[]; onClose: () => void }) {
  const templates = useFetched("", () => got(v1.GET("/api/v1/templates")));
  const offered = useOffered();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(props.chosen));
  const [templateId, setTemplate] = useState("");
  const [name, setName] = useState("");
  const [perModel, setPerModel] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const options = (templates.data?.templates ?? []).map((each: Template) => [each.templateId, each.name] as const);
  function toggle(id: string) {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  }
  async function submit(event: Event) {
    event.preventDefault();
    const body = { modelIds: [...chosen], templateId: templateId || options[0]?.[0], name: name || null, perModel };
    try {
      const made = await own<{ data: Project[] }>("POST", "/projects", body);
      const [first] = made.data;
      props.onClose();
      go("projects", made.data.length === 1 && first ? { open: first.id } : { show: "projects" });
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <Dialog wide title={t.projects.create} onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        {(wrong ?? offered.wrong ?? templates.wrong) && (
          <Wrong message={wrong ?? offered.wrong ?? templates.wrong ?? ""} />
        )}
        <div class="two">
          <Choice label={t.projects.template} value={templateId || (options[0]?.[0] ?? "")} options={options} onChange={setTemplate} />
          <Field label={t.projects.name} placeholder={t.projects.nameHint} value={name} onInput={setName} />
        </div>
        <fieldset>
          <legend class="label">{t.projects.models}</legend>
          <ModelSearch offered={offered} />
          {offered.known && offered.models.length === 0 ? (
            <p class="soft">{offered.isSearched ? t.library.nothingText : t.projects.noModels}</p>
          ) : (
            <ul class="picks">
              {offered.models.map((model) => (
                <Pick key={model.id} model={model} chosen={chosen.has(model.id)} onToggle={() => toggle(model.id)} />
              ))}
            </ul>
          )}
        </fieldset>
        {chosen.size > 0 && <p class="small soft number">{t.library.selected(chosen.size)}</p>}
        {chosen.size > 1 && <Switch label={t.projects.perModel} checked={perModel} onChange={setPerModel} />}
        <div>
          <button class="button primary large" type="submit" disabled={chosen.size === 0}>
            {t.projects.make(perModel ? chosen.size : 1)}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Pick(props: { model: Model; chosen: boolean; onToggle: () => void }) {
  const { model } = props;
  return (
    <li>
      <label class="pick">
        <input type="checkbox" checked={props.chosen} onChange={props.onToggle} />
        {model.thumbnailUrl ? <img src={model.thumbnailUrl} alt="" loading="lazy" /> : <span class="no-picture" />}
        <span class="cut">{nameOf(model)}</span>
      </label>
    </li>
  );
}
