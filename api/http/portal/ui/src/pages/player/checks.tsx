// What the farm found when it looked at a render: what may be wrong with it, and what to change.
import type { Render } from "../../api/client";
import { t } from "../../texts";
import { label } from "../../words";

type Check = Render["checks"][number];

const INKS: Record<Check["verdict"], string> = { pass: "good", warn: "warm", fail: "bad" };

export function Checks({ render }: { render: Render }) {
  const { checks } = render;
  if (checks.length === 0) return null;
  const wrong = checks.filter((each) => each.verdict !== "pass");
  const worst = wrong.some((each) => each.verdict === "fail") ? "fail" : wrong.length ? "warn" : "pass";
  return (
    <details class="checks" open={wrong.length > 0}>
      <summary>
        <h3>{t.player.checks}</h3>
        <span class={`chip ${INKS[worst]}`}>{t.player.verdicts[worst]}</span>
      </summary>
      <ul class="stack tight small">
        {checks.map((check) => (
          <li key={check.check} class="row">
            <span class={`dot ${INKS[check.verdict]}`} title={t.player.verdicts[check.verdict]} />
            <span class="grow">
              {check.verdict === "pass" ? label(check.check) : check.message}
              <span class="hidden">{t.player.verdicts[check.verdict]}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
