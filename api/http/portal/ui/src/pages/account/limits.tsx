// How much of the farm an account may take, and in which class it is served.
import { useState } from "preact/hooks";
import { messageOf, own } from "../../api/client";
import type { Account, Allowance } from "../../api/own";
import { useFetched } from "../../parts/fetched";
import { Choice, Dialog, Field, toast, Wrong } from "../../parts/ui";
import { t } from "../../texts";

export function Limits({ account, onClose }: { account: Account; onClose: () => void }) {
  const path = `/accounts/${account.id}/allowance`;
  const allowance = useFetched(account.id, () => own<Allowance>("GET", path));
  return (
    <Dialog title={t.account.limitsOf(account.email)} onClose={onClose}>
      {allowance.wrong && <Wrong message={allowance.wrong} onRetry={allowance.again} />}
      {allowance.data && <Form path={path} allowance={allowance.data} onClose={onClose} />}
    </Dialog>
  );
}

function Form({ path, allowance, onClose }: { path: string; allowance: Allowance; onClose: () => void }) {
  const [served, setServed] = useState(allowance.class);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(Object.entries(allowance.quotas).map(([name, { own: set }]) => [name, set?.toString() ?? ""])),
  );
  const [wrong, setWrong] = useState<string>();
  async function save(event: Event) {
    event.preventDefault();
    const quotas = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value === "" ? null : Number(value)]),
    );
    try {
      await own("PATCH", path, { class: served, quotas });
      toast(t.account.limitsSaved);
      onClose();
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <form class="stack" onSubmit={save}>
      <p class="small soft">{t.account.limitsText}</p>
      {wrong && <Wrong message={wrong} />}
      <Choice label={t.account.served} value={served} options={CLASSES} onChange={setServed} />
      {Object.entries(allowance.quotas).map(([name, { limit, used }]) => (
        <Field
          key={name}
          label={t.account.quotas[name] ?? name}
          type="number"
          min={0}
          placeholder={t.account.asUsual(limit)}
          help={t.account.used(used)}
          value={values[name] ?? ""}
          onInput={(value) => setValues({ ...values, [name]: value })}
        />
      ))}
      <button class="button primary" type="submit">
        {t.save}
      </button>
    </form>
  );
}

const CLASSES = Object.entries(t.account.classes) as [Allowance["class"], string][];
