// What makes pictures and models of words and pictures, and what those lack that can't.
import { got, v1 } from "../../api/client";
import { useFetched } from "../../parts/fetched";
import { Wrong } from "../../parts/ui";
import { t } from "../../texts";

export function Engines() {
  const health = useFetched("", () => got(v1.GET("/v1/health")));
  return (
    <section class="card stack">
      <h2>{t.account.engines}</h2>
      {health.wrong && <Wrong message={health.wrong} onRetry={health.again} />}
      <ul class="list">
        {health.data?.data.engines.map((engine) => (
          <li key={`${engine.makes} ${engine.name}`} class="line">
            <div class="grow stack tight">
              <strong class="cut">
                {engine.name} · {t.account.engineMakes[engine.makes]}
              </strong>
              {engine.reason && <span class="small soft">{engine.reason}</span>}
            </div>
            {engine.chosen && <span class="chip warm">{t.account.engineChosen}</span>}
            <span class={engine.available ? "chip good" : "chip"}>
              {engine.available ? t.account.engineReady : t.account.engineMissing}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
