// Who works for the farm, and whether work waits for long.
import { useEffect } from "preact/hooks";
import { own } from "../../api/client";
import type { Fleet, Worker } from "../../api/own";
import { ago, duration } from "../../formats";
import { useFetched } from "../../parts/fetched";
import { Wrong } from "../../parts/ui";
import { t } from "../../texts";

const ASK_AGAIN_MS = 5000;

function chipOf(worker: Worker): [string, string] {
  if (worker.unfitReason) return ["bad", t.account.workerUnfit];
  if (worker.resting) return ["", t.account.workerResting];
  return worker.working ? ["warm", t.account.workerBusy] : ["good", t.account.workerFree];
}

export function Workers() {
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
              </div>
              <span class={`chip ${kind}`}>{word}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
