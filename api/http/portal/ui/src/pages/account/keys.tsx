// Keys for programs: made, shown once, revoked.
import { useState } from "preact/hooks";
import { messageOf, own } from "../../api/client";
import type { Key } from "../../api/own";
import { useFetched } from "../../parts/fetched";
import { Choice, Confirm, CopyLine, Dialog, Field, Wrong } from "../../parts/ui";
import { me } from "../../state/session";
import { ago } from "../../formats";
import { t } from "../../texts";
import { label } from "../../words";

const SCOPES = ["read", "write", "render", "admin"];

export function Keys() {
  const keys = useFetched("", () => own<{ data: Key[]; dialects: string[] }>("GET", "/keys"));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const [asking, setAsking] = useState<Key>();
  const [wrong, setWrong] = useState<string>();
  async function revoke(key: Key) {
    setAsking(undefined);
    try {
      await own("DELETE", `/keys/${key.id}`);
    } catch (error) {
      setWrong(messageOf(error));
    }
    keys.again();
  }
  const now = Date.now();
  return (
    <section class="card stack">
      <div class="row">
        <p class="soft grow">{t.account.keysLead}</p>
        {me.value?.isAdmin && (
          <button class="button primary" type="button" onClick={() => setMaking(true)}>
            {t.account.newKey}
          </button>
        )}
      </div>
      {(wrong ?? keys.wrong) && <Wrong message={wrong ?? keys.wrong ?? ""} onRetry={keys.again} />}
      {keys.data?.data.length === 0 && <p class="soft">{t.account.noKeys}</p>}
      <ul class="list">
        {keys.data?.data.map((key) => {
          const over = key.revokedAt
            ? t.account.revoked
            : key.expiresAt && Date.parse(key.expiresAt) < now
              ? t.account.expired
              : undefined;
          return (
            <li key={key.id} class="line">
              <div class="grow stack tight">
                <strong class="cut">{key.name}</strong>
                <span class="small soft">
                  <code>{key.hint}…</code> · {label(key.dialect)} · {key.scopes.map(label).join(", ")}
                </span>
                <span class="small soft number">
                  {t.account.spent(key.creditsSpent, key.creditsCap)} ·{" "}
                  {key.lastUsedAt ? t.account.lastUsed(ago(key.lastUsedAt)) : t.account.never}
                </span>
              </div>
              {over ? (
                <span class="chip">{over}</span>
              ) : (
                me.value?.isAdmin && (
                  <button class="button" type="button" onClick={() => setAsking(key)}>
                    {t.account.revoke}
                  </button>
                )
              )}
            </li>
          );
        })}
      </ul>
      {making && (
        <NewKey
          dialects={keys.data?.dialects ?? []}
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setMade(key);
            keys.again();
          }}
        />
      )}
      {made && (
        <Dialog title={t.account.keyMade} onClose={() => setMade(undefined)}>
          <div class="stack">
            <p class="soft">{t.account.keyMadeText}</p>
            <CopyLine text={made} label={t.account.keyMade} />
          </div>
        </Dialog>
      )}
      {asking && (
        <Confirm
          title={t.account.revokeAsk(asking.name)}
          action={t.account.revoke}
          onConfirm={() => revoke(asking)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </section>
  );
}

function NewKey(props: { dialects: string[]; onClose: () => void; onMade: (key: string) => void }) {
  const [name, setName] = useState("");
  const [dialect, setDialect] = useState("dxgl");
  const [scopes, setScopes] = useState(["read", "write", "render"]);
  const [expires, setExpires] = useState("");
  const [cap, setCap] = useState("");
  const [wrong, setWrong] = useState<string>();
  async function submit(event: Event) {
    event.preventDefault();
    const body = {
      name,
      dialect,
      scopes,
      expiresAt: expires ? new Date(expires).toISOString() : null,
      creditsCap: cap === "" ? null : Number(cap),
    };
    try {
      props.onMade((await own<{ key: string }>("POST", "/keys", body)).key);
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <Dialog title={t.account.newKey} onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        {wrong && <Wrong message={wrong} />}
        <Field
          label={t.account.keyName}
          placeholder={t.account.keyNameHint}
          required
          value={name}
          onInput={setName}
        />
        <Choice
          label={t.account.keyDialect}
          value={dialect}
          options={props.dialects.map((each) => [each, label(each)] as const)}
          onChange={setDialect}
        />
        <fieldset class="plain stack tight">
          <legend class="label">{t.account.keyScopes}</legend>
          {SCOPES.map((scope) => (
            <label key={scope} class="row">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(
                    event.currentTarget.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope),
                  )
                }
              />
              {label(scope)}
            </label>
          ))}
        </fieldset>
        <div class="two">
          <Field label={t.account.keyExpiry} type="date" value={expires} onInput={setExpires} />
          <Field
            label={t.account.keyCap}
            type="number"
            min={0}
            placeholder={t.account.keyCapHint}
            value={cap}
            onInput={setCap}
          />
        </div>
        <button class="button primary" type="submit">
          {t.account.makeKey}
        </button>
      </form>
    </Dialog>
  );
}
