// One project: what is ordered of it, for which price, and what was made.
import { useEffect, useState } from "preact/hooks";
import { got, messageOf, own, v1 } from "../../api/client";
import type { Job, Output, ProjectDetail } from "../../api/studio";
import { moment } from "../../formats";
import { useFetched } from "../../parts/fetched";
import { Icon } from "../../parts/icons";
import { Choice, Confirm, Head, Switch, toast, Wrong } from "../../parts/ui";
import { live } from "../../state/live";
import { go } from "../../state/route";
import { me, refreshMe } from "../../state/session";
import { t } from "../../texts";

const ASK_AGAIN_MS = 2000;
const UNFINISHED = new Set(["QUEUED", "RENDERING"]);

export function ProjectPage({ id }: { id: string }) {
  const project = useFetched(id, () => own<ProjectDetail>("GET", `/projects/${id}`));
  const [asking, setAsking] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const jobs = project.data?.jobs ?? [];
  const waits = jobs.some((job) => UNFINISHED.has(job.status)) || project.data?.status === "PENDING";
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(project.again, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [waits, project.again]);
  const ended = jobs.filter((job) => !UNFINISHED.has(job.status)).length;
  useEffect(() => void refreshMe(), [ended]); // what failed is paid back
  async function erase() {
    try {
      await got(v1.DELETE("/api/v1/projects/{project_id}", { params: { path: { project_id: id } } }));
      toast(t.projects.deleted);
      void refreshMe();
      go("projects", {}, true);
    } catch (error) {
      setAsking(false);
      setWrong(messageOf(error));
    }
  }
  const name = project.data?.name ?? t.loadingPage;
  return (
    <>
      <Head
        title={name}
        lead={project.data && t.projects.of(project.data.models, project.data.template)}
      >
        <button class="button" type="button" onClick={() => go("projects")}>
          <Icon name="back" />
          {t.projects.title}
        </button>
        <button class="button bad" type="button" onClick={() => setAsking(true)}>
          {t.delete}
        </button>
      </Head>
      {(wrong ?? project.wrong) && <Wrong message={wrong ?? project.wrong ?? ""} onRetry={project.again} />}
      {project.data?.status === "FAILED" && <Wrong message={t.projects.failedModel} />}
      {project.data?.status === "READY" && <Order id={id} onOrdered={project.again} />}
      {jobs.map((job) => (
        <Results key={job.id} job={job} onRetried={project.again} />
      ))}
      {asking && (
        <Confirm
          title={t.projects.deleteAsk(name)}
          action={t.delete}
          onConfirm={erase}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

const USUAL = {
  renderBookmarks: true, renderShots: true, renderVariants: true, imageQuality: 1, videoQuality: 1, videoResolution: 1,
};

function Order(props: { id: string; onOrdered: () => void }) {
  const [settings, setSettings] = useState(USUAL);
  const [price, setPrice] = useState<{ count: number; credits: number }>();
  const [wrong, setWrong] = useState<string>();
  const text = JSON.stringify(settings);
  useEffect(() => {
    let late = false;
    own<{ count: number; credits: number }>("POST", `/projects/${props.id}/price`, { settings: JSON.parse(text) }).then(
      (found) => {
        if (late) return;
        setPrice(found);
        setWrong(undefined);
      },
      (error) => {
        if (late) return;
        setPrice(undefined);
        setWrong(messageOf(error));
      },
    );
    return () => {
      late = true;
    };
  }, [props.id, text]);
  async function order() {
    try {
      await got(v1.POST("/api/v1/renders", { body: { projectIds: [props.id], settings } }));
      toast(t.projects.ordered);
      void refreshMe();
      props.onOrdered();
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  const change = (name: keyof typeof USUAL) => (value: boolean) => setSettings({ ...settings, [name]: value });
  const number = (name: keyof typeof USUAL) => (value: string) => setSettings({ ...settings, [name]: Number(value) });
  const numbered = (words: string[]) => words.map((word, index) => [String(index), word] as const);
  const poor = price !== undefined && (me.value?.credits ?? 0) < price.credits;
  return (
    <section class="card stack block">
      {wrong && <Wrong message={wrong} />}
      <div class="three">
        <div class="stack tight">
          <Switch label={t.projects.pictures} checked={settings.renderBookmarks} onChange={change("renderBookmarks")} />
          <Switch label={t.projects.videos} checked={settings.renderShots} onChange={change("renderShots")} />
          <Switch label={t.projects.variants} checked={settings.renderVariants} onChange={change("renderVariants")} />
        </div>
        <Choice label={t.projects.imageQuality} value={String(settings.imageQuality)} options={numbered(t.projects.sizes)} onChange={number("imageQuality")} />
        <div class="stack">
          <Choice label={t.projects.videoResolution} value={String(settings.videoResolution)} options={numbered(t.projects.sizes)} onChange={number("videoResolution")} />
          <Choice label={t.projects.videoQuality} value={String(settings.videoQuality)} options={numbered(t.projects.kinds)} onChange={number("videoQuality")} />
        </div>
      </div>
      <div class="row">
        <div class="grow">
          <div class="price number">{price ? t.projects.price(price.count, price.credits) : "…"}</div>
          <div class="small soft">{poor ? t.look.tooLittle : t.look.have(me.value?.credits ?? 0)}</div>
        </div>
        <button class="button primary large" type="button" disabled={!price || poor} onClick={order}>
          {t.projects.order}
        </button>
      </div>
    </section>
  );
}

function Results({ job, onRetried }: { job: Job; onRetried: () => void }) {
  async function retry() {
    try {
      await got(v1.POST("/api/v1/renders/{job_id}/retry", { params: { path: { job_id: job.id } } }));
    } catch (error) {
      toast(messageOf(error));
    }
    void refreshMe();
    onRetried();
  }
  const total = job.outputs.length;
  return (
    <section class="stack block">
      <div class="row">
        <h2 class="grow">{moment(job.createdAt)}</h2>
        <span class={`chip ${{ COMPLETED: "good", FAILED: "bad" }[job.status] ?? "warm"} number`}>
          {t.projects.statuses[job.status]}
          {job.status !== "COMPLETED" && ` · ${t.projects.progress(job.done, total)}`}
        </span>
        {job.status === "FAILED" && (
          <button class="button" type="button" onClick={retry}>
            <Icon name="retry" />
            {t.projects.again}
          </button>
        )}
      </div>
      {UNFINISHED.has(job.status) && <progress value={job.done} max={total} aria-label={t.projects.results} />}
      {job.errorMessage && <p class="small bad-ink">{job.errorMessage}</p>}
      <ul class="pieces">
        {job.outputs.map((output) => (
          <li key={output.renderId}>
            <Piece output={output} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Piece({ output }: { output: Output }) {
  const done = (live.value.get(output.renderId)?.status ?? output.status) === "done";
  const still = output.fileType === "PNG";
  const base = `/v1/renders/${output.renderId}`;
  return (
    <figure class="piece">
      {!done ? (
        <span class="no-picture">{t.projects.statuses[output.status === "error" ? "FAILED" : "QUEUED"]}</span>
      ) : still ? (
        <img src={`${base}/thumb`} alt={output.name} loading="lazy" />
      ) : output.fileType === "MP4" ? (
        <video src={`${base}/video`} poster={`${base}/poster`} aria-label={output.name} controls loop muted playsInline preload="none" />
      ) : (
        <img src={`${base}/poster`} alt={output.name} loading="lazy" />
      )}
      <figcaption class="row">
        <span class="grow cut small" title={output.name}>
          {output.name}
        </span>
        {done && (
          <a
            class="button quiet icon"
            href={`${base}/${still ? "image" : "video"}`}
            download
            aria-label={`${t.videos.download}: ${output.name}`}
            title={t.videos.download}
          >
            <Icon name="download" />
          </a>
        )}
      </figcaption>
    </figure>
  );
}
