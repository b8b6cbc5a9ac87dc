// All accounts of the farm, for who runs it: opened, limited, closed, and given credits.
import { useState } from "preact/hooks";
import { messageOf, own } from "../../api/client";
import type { Account, LinkCreated } from "../../api/own";
import { useFetched } from "../../parts/fetched";
import { Confirm, Dialog, Field, toast, Wrong } from "../../parts/ui";
import { me, refreshMe } from "../../state/session";
import { t } from "../../texts";
import { Engines } from "./engines";
import { Limits } from "./limits";
import { LinkDialog } from "./people";
import { Workers } from "./workers";

export function Farm() {
  const accounts = useFetched("", () => own<{ data: Account[] }>("GET", "/accounts"));
  const [opening, setOpening] = useState(false);
  const [granting, setGranting] = useState<Account>();
  const [erasing, setErasing] = useState<Account>();
  const [limiting, setLimiting] = useState<Account>();
  const [link, setLink] = useState<LinkCreated>();
  async function turn(account: Account) {
    try {
      await own("POST", `/accounts/${account.id}/${account.suspended ? "reinstate" : "suspend"}`);
    } catch (error) {
      toast(messageOf(error));
    }
    accounts.again();
  }
  async function erase(account: Account) {
    setErasing(undefined);
    try {
      await own("DELETE", `/accounts/${account.id}`);
      toast(t.account.erased(account.email));
    } catch (error) {
      toast(messageOf(error));
    }
    accounts.again();
  }
  return (
    <div class="stack wide-gap">
      <Workers />
      <Engines />
      <section class="card stack">
        <div class="row">
          <p class="soft grow">{t.account.farmLead}</p>
          <button class="button primary" type="button" onClick={() => setOpening(true)}>
            {t.account.openAccount}
          </button>
        </div>
        {accounts.wrong && <Wrong message={accounts.wrong} onRetry={accounts.again} />}
        <ul class="list">
          {accounts.data?.data.map((account) => (
            <li key={account.id} class="line">
              <div class="grow row">
                <strong class="cut">{account.email}</strong>
                {account.suspended && <span class="chip bad">{t.account.suspended}</span>}
              </div>
              <span class="number">{t.credits(account.credits)}</span>
              <button class="button" type="button" onClick={() => setGranting(account)}>
                {t.account.grant}
              </button>
              <button class="button quiet" type="button" onClick={() => setLimiting(account)}>
                {t.account.limits}
              </button>
              {account.email !== me.value?.account && (
                <button class="button quiet" type="button" onClick={() => turn(account)}>
                  {account.suspended ? t.account.reinstate : t.account.suspend}
                </button>
              )}
              {account.suspended && (
                <button class="button quiet bad" type="button" onClick={() => setErasing(account)}>
                  {t.delete}
                </button>
              )}
            </li>
          ))}
        </ul>
        {opening && (
          <Ask
            title={t.account.openAccount}
            fields={[["email", t.account.inviteEmail, "email"]]}
            onClose={() => setOpening(false)}
            onDone={async (values) => {
              setLink(await own<LinkCreated>("POST", "/accounts", values));
              accounts.again();
            }}
          />
        )}
        {granting && (
          <Ask
            title={`${t.account.grant}: ${granting.email}`}
            fields={[
              ["credits", t.account.grantAmount, "number", t.account.grantHelp],
              ["note", t.account.grantNote, "text"],
            ]}
            onClose={() => setGranting(undefined)}
            onDone={async ({ credits, note }) => {
              await own("POST", `/accounts/${granting.id}/credits`, { credits: Number(credits), note });
              toast(t.account.granted);
              accounts.again();
              void refreshMe();
            }}
          />
        )}
        {limiting && <Limits account={limiting} onClose={() => setLimiting(undefined)} />}
        {erasing && (
          <Confirm
            title={t.account.eraseAsk(erasing.email)}
            text={t.account.eraseText}
            action={t.account.erase}
            onConfirm={() => erase(erasing)}
            onClose={() => setErasing(undefined)}
          />
        )}
        {link && <LinkDialog link={link} onClose={() => setLink(undefined)} />}
      </section>
    </div>
  );
}

function Ask(props: {
  title: string;
  fields: [name: string, label: string, type: "text" | "email" | "number", help?: string][];
  onClose: () => void;
  onDone: (values: Record<string, string>) => Promise<void>;
}) {
  const [values, setValues] = useState<Record<string, string>>({});
  const [wrong, setWrong] = useState<string>();
  async function submit(event: Event) {
    event.preventDefault();
    try {
      await props.onDone(values);
      props.onClose();
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        {wrong && <Wrong message={wrong} />}
        {props.fields.map(([name, text, type, help]) => (
          <Field
            key={name}
            label={text}
            type={type}
            help={help}
            required={type !== "text"}
            value={values[name] ?? ""}
            onInput={(value) => setValues({ ...values, [name]: value })}
          />
        ))}
        <button class="button primary" type="submit">
          {props.title.split(":")[0]}
        </button>
      </form>
    </Dialog>
  );
}
