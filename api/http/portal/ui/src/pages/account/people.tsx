// Who works in this account: invited, given a new password, taken out; and one's own password.
import { useState } from "preact/hooks";
import { ApiError, messageOf, own } from "../../api/client";
import type { LinkCreated, Person } from "../../api/own";
import { useFetched } from "../../parts/fetched";
import { Choice, Confirm, CopyLine, Dialog, Field, toast, Wrong } from "../../parts/ui";
import { me } from "../../state/session";
import { moment } from "../../formats";
import { t } from "../../texts";

export function LinkDialog({ link, onClose }: { link: LinkCreated; onClose: () => void }) {
  return (
    <Dialog title={t.account.linkMade} onClose={onClose}>
      <div class="stack">
        {link.mailed && <p>{t.account.linkMailed}</p>}
        <p class="soft">{t.account.linkText(moment(link.expiresAt))}</p>
        <CopyLine text={location.origin + link.path} label={t.account.linkMade} />
      </div>
    </Dialog>
  );
}

export function People() {
  const people = useFetched("", () => own<{ data: Person[] }>("GET", "/people"));
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<LinkCreated>();
  const [removing, setRemoving] = useState<Person>();
  const [wrong, setWrong] = useState<string>();
  async function attempt(work: () => Promise<void>) {
    try {
      await work();
      setWrong(undefined);
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  const admin = me.value?.isAdmin;
  return (
    <div class="stack wide-gap">
      <section class="card stack">
        <div class="row">
          <p class="soft grow">{t.account.peopleLead}</p>
          {admin && (
            <button class="button primary" type="button" onClick={() => setInviting(true)}>
              {t.account.invite}
            </button>
          )}
        </div>
        {(wrong ?? people.wrong) && <Wrong message={wrong ?? people.wrong ?? ""} onRetry={people.again} />}
        <ul class="list">
          {people.data?.data.map((person) => (
            <li key={person.id} class="line">
              <div class="grow row">
                <strong class="cut">{person.email}</strong>
                {person.id === me.value?.id && <span class="chip">{t.account.you}</span>}
                {person.isAdmin && <span class="chip warm">{t.account.administrator}</span>}
              </div>
              {admin && person.id !== me.value?.id && (
                <>
                  <button
                    class="button"
                    type="button"
                    onClick={() =>
                      attempt(async () => setLink(await own("POST", `/people/${person.id}/reset`)))
                    }
                  >
                    {t.account.newPasswordLink}
                  </button>
                  <button class="button quiet bad" type="button" onClick={() => setRemoving(person)}>
                    {t.account.removePerson}
                  </button>
                </>
              )}
            </li>
          ))}
        </ul>
      </section>
      <Password />
      {inviting && (
        <Invite
          onClose={() => setInviting(false)}
          onMade={(made) => {
            setInviting(false);
            setLink(made);
          }}
        />
      )}
      {link && <LinkDialog link={link} onClose={() => setLink(undefined)} />}
      {removing && (
        <Confirm
          title={t.account.removeAsk(removing.email)}
          action={t.account.removePerson}
          onConfirm={() =>
            attempt(async () => {
              setRemoving(undefined);
              await own("DELETE", `/people/${removing.id}`);
              people.again();
            })
          }
          onClose={() => setRemoving(undefined)}
        />
      )}
    </div>
  );
}

function Invite(props: { onClose: () => void; onMade: (link: LinkCreated) => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<"member" | "admin">("member");
  const [wrong, setWrong] = useState<string>();
  async function submit(event: Event) {
    event.preventDefault();
    try {
      props.onMade(await own("POST", "/people/invite", { email, isAdmin: role === "admin" }));
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <Dialog title={t.account.invite} onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        <Field
          label={t.account.inviteEmail}
          type="email"
          required
          value={email}
          onInput={setEmail}
          wrong={wrong}
        />
        <Choice
          label={t.account.inviteRole}
          value={role}
          options={[
            ["member", t.account.member],
            ["admin", t.account.adminRole],
          ]}
          onChange={setRole}
        />
        <button class="button primary" type="submit">
          {t.account.invite}
        </button>
      </form>
    </Dialog>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [trouble, setTrouble] = useState<{ message: string; param?: string }>();
  async function submit(event: Event) {
    event.preventDefault();
    try {
      await own("POST", "/password", { current, new: wanted });
      setCurrent("");
      setWanted("");
      setTrouble(undefined);
      toast(t.account.passwordChanged);
    } catch (error) {
      setTrouble({ message: messageOf(error), param: error instanceof ApiError ? error.param : undefined });
    }
  }
  const wrong = (name: string) => (trouble?.param === name ? trouble.message : undefined);
  return (
    <form class="card stack" onSubmit={submit}>
      <h2>{t.account.changePassword}</h2>
      {trouble && !trouble.param && <Wrong message={trouble.message} />}
      <div class="two">
        <Field
          label={t.account.currentPassword}
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onInput={setCurrent}
          wrong={wrong("current")}
        />
        <Field
          label={t.door.newPassword}
          type="password"
          autoComplete="new-password"
          required
          help={t.door.passwordHelp}
          value={wanted}
          onInput={setWanted}
          wrong={wrong("password")}
        />
      </div>
      <div>
        <button class="button" type="submit">
          {t.account.changePassword}
        </button>
      </div>
    </form>
  );
}
