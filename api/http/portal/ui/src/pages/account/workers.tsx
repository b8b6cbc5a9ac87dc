// Who works for the farm, what went wrong there last, and whether work waits for long.
import { useEffect, useState } from "preact/hooks";
import { own } from "../../api/client";
import type { Fleet, GoneWorker, Worker, WorkerLog } from "../../api/own";
import { ago, duration, moment } from "../../formats";
import { useFetched } from "../../parts/fetched";
import { Dialog, Wrong } from "../../parts/ui";
import { t } from "../../texts";

const ASK_AGAIN_MS = 5000;

function chipOf(worker: Worker): [string, string] {
  if (worker.unfitReason) return ["bad", t.account.workerUnfit];
  if (worker.resting) return ["", t.account.workerResting];
  return worker.working ? ["warm", t.account.workerBusy] : ["good", t.account.workerFree];
}

export function Workers() {
  const [reading, setReading] = useState<string>();
  const fleet = useFetched("", () => own<Fleet>("GET", "/workers"));
  useEffect(() => {
    const timer = setInterval(fleet.again, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [fleet.again]);
  const waiting = fleet.data?.oldestPendingSeconds;
  return (
    <section class="card stack">
      <div class="row">
        <h2 class="grow">{t.account.workers}</h2>
        <span class="soft small">
          {typeof waiting === "number" ? t.account.waiting(duration(waiting)) : t.account.nothingWaits}
        </span>
      </div>
      {fleet.wrong && <Wrong message={fleet.wrong} />}
      {fleet.data?.data.length === 0 && <Wrong message={t.account.noWorkers} />}
      <ul class="list">
        {fleet.data?.data.map((worker) => {
          const [kind, word] = chipOf(worker);
          return (
            <li key={worker.name} class="line">
              <div class="grow stack tight">
                <strong class="cut">{worker.name}</strong>
                <span class="small soft">
                  {worker.device} · {t.account.seen(ago(worker.seenAt))}
                </span>
                {worker.unfitReason && <span class="small bad-ink">{worker.unfitReason}</span>}
                <LastError worker={worker} />
              </div>
              <span class={`chip ${kind}`}>{word}</span>
              <LogButton name={worker.name} onRead={setReading} />
            </li>
          );
        })}
        {fleet.data?.gone.map((worker) => (
          <li key={worker.name} class="line">
            <div class="grow stack tight">
              <strong class="cut">{worker.name}</strong>
              <span class="small soft">{t.account.gone(ago(worker.lastLogAt))}</span>
              <LastError worker={worker} />
            </div>
            <span class="chip">{t.account.workerGone}</span>
            <LogButton name={worker.name} onRead={setReading} />
          </li>
        ))}
      </ul>
      {reading && <Log name={reading} onClose={() => setReading(undefined)} />}
    </section>
  );
}

function LastError({ worker }: { worker: Worker | GoneWorker }) {
  if (!worker.lastError || !worker.lastErrorAt) return null;
  return (
    <span class="small bad-ink">
      {moment(worker.lastErrorAt)}: {worker.lastError}
    </span>
  );
}

function LogButton({ name, onRead }: { name: string; onRead: (name: string) => void }) {
  return (
    <button class="button quiet" type="button" aria-label={t.account.logOf(name)} onClick={() => onRead(name)}>
      {t.account.log}
    </button>
  );
}

function Log({ name, onClose }: { name: string; onClose: () => void }) {
  const log = useFetched(name, () => own<WorkerLog>("GET", `/workers/${encodeURIComponent(name)}/log`));
  return (
    <Dialog wide title={t.account.logOf(name)} onClose={onClose}>
      {log.wrong && <Wrong message={log.wrong} onRetry={log.again} />}
      {log.data && (
        <pre class="log" tabIndex={0} aria-label={t.account.logOf(name)}>
          {log.data.lines.join("\n") || t.account.noLog}
        </pre>
      )}
    </Dialog>
  );
}
