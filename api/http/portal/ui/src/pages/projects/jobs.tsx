// What programs have ordered, from files to pictures, and how far each is.
import { useEffect } from "preact/hooks";
import { own } from "../../api/client";
import type { Workflow } from "../../api/studio";
import { ago } from "../../formats";
import { useFetched } from "../../parts/fetched";
import { Empty, Wrong } from "../../parts/ui";
import { go } from "../../state/route";
import { t } from "../../texts";

const ASK_AGAIN_MS = 3000;
const ENDED = new Set(["COMPLETE", "FAILED"]);

export function Jobs() {
  const jobs = useFetched("", () => own<{ data: Workflow[] }>("GET", "/jobs"));
  const waits = jobs.data?.data.some((job) => !ENDED.has(job.status)) ?? false;
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(jobs.again, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [waits, jobs.again]);
  return (
    <>
      <p class="soft above">{t.jobs.lead}</p>
      {jobs.wrong && <Wrong message={jobs.wrong} onRetry={jobs.again} />}
      {jobs.data?.data.length === 0 && (
        <Empty icon="queue" title={t.jobs.emptyTitle} text={t.jobs.emptyText}>
          <a class="button large" href="/docs">
            {t.jobs.docs}
          </a>
        </Empty>
      )}
      <ul class="stack">
        {jobs.data?.data.map((job) => (
          <li key={job.id} class="card stack">
            <JobLine job={job} />
          </li>
        ))}
      </ul>
    </>
  );
}

function JobLine({ job }: { job: Workflow }) {
  const steps = job.steps.filter((step) => step.total > 0);
  const done = steps.reduce((sum, step) => sum + step.done / step.total, 0);
  return (
    <>
      <div class="row">
        <div class="grow stack tight">
          <strong class="cut">{job.batch ?? t.jobs.job(job.id)}</strong>
          <span class="small soft">{ago(job.createdAt)}</span>
        </div>
        <span class={`chip ${{ COMPLETE: "good", FAILED: "bad" }[job.status] ?? "warm"}`}>
          {t.jobs.statuses[job.status]}
        </span>
      </div>
      {!ENDED.has(job.status) && (
        <progress value={done} max={Math.max(1, steps.length)} aria-label={job.batch ?? t.jobs.job(job.id)} />
      )}
      <p class="small soft number">
        {steps.map((step) => t.jobs.step(step.done, step.total, t.jobs.steps[step.name] ?? step.name)).join(" · ")}
      </p>
      {job.error && <p class="small bad-ink">{job.error}</p>}
      {job.results.some((each) => each.project) && (
        <div class="row">
          {job.results.map(
            (each) =>
              each.project && (
                <button
                  key={each.project}
                  class="button"
                  type="button"
                  onClick={() => go("projects", { open: each.project ?? "" })}
                >
                  {each.model}
                </button>
              ),
          )}
        </div>
      )}
    </>
  );
}
