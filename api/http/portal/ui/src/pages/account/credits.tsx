// The balance, and each change of it.
import { useState } from "preact/hooks";
import { got, type LedgerLine, v1 } from "../../api/client";
import { useFetched } from "../../parts/fetched";
import { Icon } from "../../parts/icons";
import { Choice, Wrong } from "../../parts/ui";
import { me } from "../../state/session";
import { moment } from "../../formats";
import { t } from "../../texts";
import { label } from "../../words";

const KINDS = ["", "grant", "charge", "refund"] as const;

export function Credits() {
  const [kind, setKind] = useState<(typeof KINDS)[number]>("");
  const entries = useFetched(
    kind,
    () => got(v1.GET("/v1/ledger", { params: { query: { kind, limit: 100 } } })) as Promise<{ data: LedgerLine[] }>,
  );
  return (
    <div class="stack wide-gap">
      <section class="card balance">
        <div>
          <div class="soft">{t.account.balance}</div>
          <div class="figure number">{me.value?.credits.toLocaleString("en")}</div>
        </div>
      </section>
      <section class="card stack">
        <div class="row">
          <h2 class="grow">{t.account.ledger}</h2>
          <Choice
            label={t.account.kinds}
            hideLabel
            value={kind}
            options={KINDS.map((each) => [each, each ? label(each) : t.account.kinds] as const)}
            onChange={setKind}
          />
          <a class="button" href={`/v1/ledger?format=csv&kind=${kind}`} download>
            <Icon name="download" />
            {t.account.csv}
          </a>
        </div>
        {entries.wrong && <Wrong message={entries.wrong} onRetry={entries.again} />}
        {entries.data?.data.length === 0 && <p class="soft">{t.account.noEntries}</p>}
        {entries.data && entries.data.data.length > 0 && (
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th>{t.account.when}</th>
                  <th>{t.account.what}</th>
                  <th class="end">{t.account.amount}</th>
                </tr>
              </thead>
              <tbody>
                {entries.data.data.map((entry) => (
                  <tr key={entry.id}>
                    <td class="soft number">{moment(entry.createdAt)}</td>
                    <td>
                      {label(entry.subjectKind === "adjustment" ? entry.subjectKind : entry.kind)}
                      {entry.note && <span class="soft"> · {entry.note}</span>}
                    </td>
                    <td class={`end number ${entry.credits > 0 ? "good-ink" : ""}`}>
                      {entry.credits > 0 ? "+" : "−"}
                      {Math.abs(entry.credits)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </div>
  );
}
