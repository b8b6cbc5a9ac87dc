// Where people come in: by signing in, or by a link that is good once.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, messageOf, own } from "../api/client";
import type { LinkDetail, Ways } from "../api/own";
import mark from "../mark.svg";
import { useFetched } from "../parts/fetched";
import { Field, Wrong } from "../parts/ui";
import { go, route } from "../state/route";
import { refreshMe, signIn } from "../state/session";
import { t } from "../texts";

function Door(props: { title: string; lead: string; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${props.title} · ${t.product}`;
  }, [props.title]);
  return (
    <main class="door">
      <div class="door-card">
        <img src={mark} alt="" width={48} height={48} />
        <div class="stack">
          <h1>{props.title}</h1>
          <p class="soft">{props.lead}</p>
        </div>
        {props.children}
      </div>
    </main>
  );
}

interface Trouble {
  message: string;
  param?: string;
}

function troubleOf(error: unknown): Trouble {
  return { message: messageOf(error), param: error instanceof ApiError ? error.param : undefined };
}

/** The form to sign in; `onDone` once it worked. */
export function SignInForm(props: { onDone: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState<string>();
  const ways = useFetched("", () => own<Ways>("GET", "/door")).data;
  async function sendLink() {
    if (!email) {
      setTrouble({ message: t.door.sendLinkFirst });
      return;
    }
    try {
      await own("POST", "/forgotten", { email });
      setTrouble(undefined);
      setSent(email);
    } catch (error) {
      setTrouble(troubleOf(error));
    }
  }
  async function submit(event: Event) {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      await signIn(email, password);
      props.onDone();
    } catch (error) {
      setTrouble(troubleOf(error));
      setBusy(false);
    }
  }
  return (
    <form class="stack" onSubmit={submit}>
      {trouble && <Wrong message={trouble.message} />}
      <Field label={t.door.email} type="email" autoComplete="username" required value={email} onInput={setEmail} />
      <Field
        label={t.door.password}
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onInput={setPassword}
      />
      <button class="button primary large" type="submit" disabled={busy}>
        {t.door.signIn}
      </button>
      {ways?.sso && (
        <a class="button large" href="/portal/api/sso">
          {t.door.signInBy(ways.sso)}
        </a>
      )}
      {!ways?.mail && <p class="small soft">{t.door.forgotten}</p>}
      {ways?.mail &&
        (sent ? (
          <p class="small soft" role="status">
            {t.door.linkSent(sent)}
          </p>
        ) : (
          <button class="button quiet" type="button" onClick={sendLink}>
            {t.door.sendLink}
          </button>
        ))}
    </form>
  );
}

export function SignIn() {
  const trouble = t.door.troubles[route.value.query.get("trouble") ?? ""];
  return (
    <Door title={t.door.signInTitle} lead={t.door.signInLead}>
      {trouble && <Wrong message={trouble} />}
      <SignInForm onDone={() => undefined} />
      <p class="small soft">{t.door.newHere}</p>
    </Door>
  );
}

const TITLES = { first: t.door.firstTitle, invite: t.door.inviteTitle, reset: t.door.resetTitle };

export function Join() {
  const [secret] = useState(() => location.hash.slice(1));
  const [link, setLink] = useState<LinkDetail>();
  const [gone, setGone] = useState<string>();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    own<LinkDetail>("POST", "/links/look", { secret }).then(
      (found) => {
        setLink(found);
        setEmail(found.email ?? "");
      },
      (error) => setGone(messageOf(error)),
    );
  }, [secret]);

  if (gone !== undefined) {
    return (
      <Door title={t.door.linkGoneTitle} lead={gone}>
        <button class="button large" type="button" onClick={() => go("")}>
          {t.door.toSignIn}
        </button>
      </Door>
    );
  }
  if (!link) return <Door title={t.product} lead={t.loadingPage} />;

  async function submit(event: Event) {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      await own("POST", "/links/use", { secret, email, password });
      await refreshMe();
      go("upload", {}, true);
    } catch (error) {
      setTrouble(troubleOf(error));
      setBusy(false);
    }
  }
  const leads = { first: t.door.firstLead, invite: t.door.inviteLead, reset: t.door.resetLead(email) };
  const wrong = (name: string) => (trouble?.param === name ? trouble.message : undefined);
  return (
    <Door title={TITLES[link.purpose]} lead={leads[link.purpose]}>
      <form class="stack" onSubmit={submit}>
        {trouble && !trouble.param && <Wrong message={trouble.message} />}
        {link.purpose !== "reset" && (
          <Field
            label={t.door.email}
            type="email"
            autoComplete="username"
            required
            value={email}
            onInput={setEmail}
            wrong={wrong("email")}
          />
        )}
        <Field
          label={link.purpose === "reset" ? t.door.newPassword : t.door.password}
          type="password"
          autoComplete="new-password"
          required
          help={t.door.passwordHelp}
          value={password}
          onInput={setPassword}
          wrong={wrong("password")}
        />
        <button class="button primary large" type="submit" disabled={busy}>
          {t.door.begin}
        </button>
      </form>
    </Door>
  );
}
