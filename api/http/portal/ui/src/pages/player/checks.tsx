// What the farm found when it looked at a render.
import type { Render } from "../../api/client";
import { t } from "../../texts";
import { label } from "../../words";

const CHIP = { pass: "good", warn: "warm", fail: "bad" };

export function Checks({ render }: { render: Render }) {
  const { checks } = render;
  if (!checks?.length) return null;
  const passed = checks.filter((each) => each.verdict === "pass").length;
  const worst = (["fail", "warn"] as const).find((verdict) => checks.some((each) => each.verdict === verdict)) ?? "pass";
  return (
    <details class="checks">
      <summary>
        <h3>{t.player.checks}</h3>
        <span class={`chip ${CHIP[worst]}`}>
          {passed} / {checks.length}
        </span>
      </summary>
      <dl class="facts">
        {checks.map((check) => (
          <div key={check.check}>
            <dt>{label(check.check)}</dt>
            <dd class={check.verdict === "pass" ? "good-ink" : check.verdict === "fail" ? "bad-ink" : ""}>
              {check.verdict === "pass" ? t.player.passed : check.message}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
