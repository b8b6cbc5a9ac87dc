// Webhooks of all APIs: where events go, what was sent, and sending it again.
import { useEffect, useState } from "preact/hooks";
import { messageOf, own } from "../../api/client";
import type { Delivery, Target } from "../../api/studio";
import { ago, moment } from "../../formats";
import { useFetched } from "../../parts/fetched";
import { Choice, Confirm, CopyLine, Dialog, Field, Switch, toast, Wrong } from "../../parts/ui";
import { me } from "../../state/session";
import { t } from "../../texts";
import { label } from "../../words";

const ASK_AGAIN_MS = 2000;

interface Listed {
  data: Target[];
  events: Record<string, string[]>;
}

export function Hooks() {
  const hooks = useFetched("", () => own<Listed>("GET", "/webhooks"));
  const [shown, setShown] = useState(0);
  const [changing, setChanging] = useState<Target | "new">();
  const [asking, setAsking] = useState<Target>();
  const [secret, setSecret] = useState<{ dialect: string; secret: string }>();
  const [wrong, setWrong] = useState<string>();
  const isAdmin = me.value?.isAdmin ?? false;
  const events = hooks.data?.events ?? {};
  async function act(method: string, path: string, told?: string) {
    setAsking(undefined);
    try {
      await own(method, path);
      setWrong(undefined);
      if (told) toast(told);
    } catch (error) {
      setWrong(messageOf(error));
    }
    hooks.again();
    setShown((before) => before + 1);
  }
  async function showSecret(dialect: string) {
    try {
      setSecret({ dialect, ...(await own<{ secret: string }>("GET", `/webhooks/${dialect}/secret`)) });
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <div class="stack wide-gap">
      <section class="card stack">
        <div class="row">
          <p class="soft grow">{t.hooks.lead}</p>
          {isAdmin && (
            <button class="button primary" type="button" disabled={!hooks.data} onClick={() => setChanging("new")}>
              {t.hooks.create}
            </button>
          )}
        </div>
        {(wrong ?? hooks.wrong) && <Wrong message={wrong ?? hooks.wrong ?? ""} onRetry={hooks.again} />}
        {hooks.data?.data.length === 0 && <p class="soft">{t.hooks.none}</p>}
        <ul class="list">
          {hooks.data?.data.map((target) => (
            <li key={target.id} class="line">
              <div class="grow stack tight">
                <strong class="cut">{target.url}</strong>
                <span class="small soft">
                  {label(target.dialect)} · {target.events.map(label).join(", ") || t.hooks.single}
                </span>
                {target.description && <span class="small soft">{target.description}</span>}
                {target.disabledReason && <span class="small bad-ink">{target.disabledReason}</span>}
              </div>
              {target.paused && <span class="chip">{t.hooks.paused}</span>}
              {isAdmin && (
                <>
                  {target.disabledReason ? (
                    <button class="button" type="button" onClick={() => act("POST", `/webhooks/${target.id}/enable`)}>
                      {t.hooks.enable}
                    </button>
                  ) : (
                    <button
                      class="button"
                      type="button"
                      onClick={() => act("POST", `/webhooks/${target.id}/test`, t.hooks.tested)}
                    >
                      {t.hooks.test}
                    </button>
                  )}
                  <button class="button" type="button" onClick={() => setChanging(target)}>
                    {t.hooks.change}
                  </button>
                  <button class="button quiet bad" type="button" onClick={() => setAsking(target)}>
                    {t.remove}
                  </button>
                </>
              )}
            </li>
          ))}
        </ul>
        {isAdmin && hooks.data && hooks.data.data.length > 0 && (
          <div class="row">
            {Object.keys(events).map((dialect) => (
              <button key={dialect} class="button quiet" type="button" onClick={() => showSecret(dialect)}>
                {t.hooks.showSecret(label(dialect))}
              </button>
            ))}
          </div>
        )}
      </section>
      <Log fresh={shown} />
      {changing && (
        <Edit
          target={changing === "new" ? undefined : changing}
          events={events}
          onClose={() => setChanging(undefined)}
          onSaved={() => {
            setChanging(undefined);
            hooks.again();
          }}
        />
      )}
      {secret && (
        <Dialog title={t.hooks.showSecret(label(secret.dialect))} onClose={() => setSecret(undefined)}>
          <div class="stack">
            <p class="soft">{t.hooks.secretText}</p>
            <CopyLine text={secret.secret} label={t.hooks.secret} />
          </div>
        </Dialog>
      )}
      {asking && (
        <Confirm
          title={t.hooks.removeAsk(asking.url)}
          action={t.remove}
          onConfirm={() => act("DELETE", `/webhooks/${asking.id}`)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </div>
  );
}

interface EditProps {
  target: Target | undefined;
  events: Record<string, string[]>;
  onClose: () => void;
  onSaved: () => void;
}

function Edit({ target, events, onClose, onSaved }: EditProps) {
  const dialects = Object.keys(events);
  const [dialect, setDialect] = useState(target?.dialect ?? dialects[0] ?? "");
  const [url, setUrl] = useState(target?.url ?? "");
  const [description, setDescription] = useState(target?.description ?? "");
  const [chosen, setChosen] = useState<string[]>(target?.events ?? events[dialect] ?? []);
  const [paused, setPaused] = useState(target?.paused ?? false);
  const [wrong, setWrong] = useState<string>();
  async function submit(event: Event) {
    event.preventDefault();
    try {
      await own("POST", "/webhooks", { dialect, url, events: chosen, description: description || null, paused });
      onSaved();
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <Dialog title={target ? target.url : t.hooks.create} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {wrong && <Wrong message={wrong} />}
        {!target && (
          <>
            <Field label={t.hooks.url} placeholder={t.hooks.urlHint} required value={url} onInput={setUrl} />
            <Choice
              label={t.hooks.dialect}
              value={dialect}
              options={dialects.map((each) => [each, label(each)] as const)}
              onChange={(to) => {
                setDialect(to);
                setChosen(events[to] ?? []);
              }}
            />
          </>
        )}
        <fieldset class="plain stack tight">
          <legend class="label">{t.hooks.events}</legend>
          {events[dialect]?.map((name) => (
            <label key={name} class="row">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={(event) =>
                  setChosen(event.currentTarget.checked ? [...chosen, name] : chosen.filter((each) => each !== name))
                }
              />
              {label(name)}
            </label>
          ))}
        </fieldset>
        <Field label={t.hooks.description} value={description} onInput={setDescription} />
        <Switch label={t.hooks.paused} checked={paused} onChange={setPaused} />
        <button class="button primary" type="submit">
          {t.save}
        </button>
      </form>
    </Dialog>
  );
}

const KINDS: Record<string, string> = { delivered: "good", failed: "bad", pending: "warm" };

function Log({ fresh }: { fresh: number }) {
  const [offset, setOffset] = useState(0);
  const key = `${fresh} ${offset}`;
  const log = useFetched(key, () => own<{ data: Delivery[]; total: number }>("GET", `/deliveries?offset=${offset}`));
  const [wrong, setWrong] = useState<string>();
  const waits = log.data?.data.some((each) => each.state === "pending") ?? false;
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(log.again, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [waits, log.again]);
  async function again(delivery: Delivery) {
    try {
      await own("POST", `/deliveries/${delivery.id}/again`);
      setWrong(undefined);
    } catch (error) {
      setWrong(messageOf(error));
    }
    log.again();
  }
  const shown = log.data?.data ?? [];
  return (
    <section class="card stack">
      <h2>{t.hooks.log}</h2>
      {(wrong ?? log.wrong) && <Wrong message={wrong ?? log.wrong ?? ""} />}
      {log.data && shown.length === 0 && <p class="soft">{t.hooks.logEmpty}</p>}
      <ul class="list">
        {shown.map((delivery) => (
          <li key={delivery.id} class="line">
            <div class="grow stack tight">
              <strong class="cut">{label(delivery.event)}</strong>
              <span class="small soft cut">{delivery.url}</span>
              <span class="small soft number" title={moment(delivery.updatedAt)}>
                {ago(delivery.updatedAt)} · {t.hooks.attempts(delivery.attempts)}
                {delivery.answerStatus !== null && ` · ${t.hooks.answered(delivery.answerStatus)}`}
              </span>
              {delivery.problem && <span class="small bad-ink">{delivery.problem}</span>}
              {delivery.answerBody && (
                <details class="small">
                  <summary>{t.hooks.answer}</summary>
                  <pre>{delivery.answerBody.slice(0, 2000)}</pre>
                </details>
              )}
            </div>
            <span class={`chip ${KINDS[delivery.state] ?? ""}`}>{t.hooks.states[delivery.state]}</span>
            {delivery.state !== "pending" && me.value?.isAdmin && (
              <button class="button" type="button" onClick={() => again(delivery)}>
                {t.hooks.again}
              </button>
            )}
          </li>
        ))}
      </ul>
      {log.data && log.data.total > offset + shown.length && (
        <div>
          <button class="button" type="button" onClick={() => setOffset(offset + shown.length)}>
            {t.hooks.older}
          </button>
        </div>
      )}
    </section>
  );
}
