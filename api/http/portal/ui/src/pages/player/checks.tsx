// What the farm found when it looked at a render, where it says so.
import type { Render } from "../../api/client";
import { t } from "../../texts";
import { label } from "../../words";

interface Check {
  name: string;
  passed: boolean;
  message?: string | null;
}

export function Checks({ render }: { render: Render }) {
  const { checks } = render as Render & { checks?: Check[] | null };
  if (!Array.isArray(checks) || checks.length === 0) return null;
  return (
    <details class="checks">
      <summary>
        <h3>{t.player.checks}</h3>
        <span class={`chip ${checks.every((each) => each.passed) ? "good" : "bad"}`}>
          {checks.filter((each) => each.passed).length} / {checks.length}
        </span>
      </summary>
      <dl class="facts">
        {checks.map((check) => (
          <div key={check.name}>
            <dt>{label(check.name)}</dt>
            <dd class={check.passed ? "good-ink" : "bad-ink"}>{check.passed ? t.player.passed : check.message}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
