// Small parts of pages: links, fields, dialogs, notes.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { go, hrefOf } from "../state/route";
import { t } from "../texts";
import { Icon, type IconName } from "./icons";

export function Link(props: { to: string; class?: string; children: ComponentChildren; current?: boolean; label?: string }) {
  return (
    <a
      class={props.class}
      href={hrefOf(props.to)}
      aria-current={props.current ? "page" : undefined}
      aria-label={props.label}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(props.to);
      }}
    >
      {props.children}
    </a>
  );
}

export function Head(props: { title: string; lead?: ComponentChildren; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${props.title} · ${t.product}`;
  }, [props.title]);
  return (
    <header class="head">
      <div>
        <h1>{props.title}</h1>
        {props.lead && <p class="soft">{props.lead}</p>}
      </div>
      {props.children && <div class="row">{props.children}</div>}
    </header>
  );
}

export function Field(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "email" | "password" | "number" | "date";
  help?: string;
  wrong?: string;
  placeholder?: string;
  autoComplete?: string;
  required?: boolean;
  min?: number | string;
  autoFocus?: boolean;
}) {
  const id = useId();
  const told = props.wrong ?? props.help;
  const type = (props.type ?? "text") as "text"; // Preact's types tell apart which roles each type may have: none here
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        type={type}
        value={props.value}
        min={props.min}
        placeholder={props.placeholder}
        autoComplete={props.autoComplete}
        required={props.required}
        autoFocus={props.autoFocus}
        aria-invalid={props.wrong ? true : undefined}
        aria-describedby={told ? `${id}-told` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {told && (
        <span id={`${id}-told`} class={props.wrong ? "wrong" : "help"}>
          {told}
        </span>
      )}
    </div>
  );
}

/** A search field; the key Enter does not send the form around it, since the search is done while one types. */
export function Search(props: { label: string; value: string; onInput: (value: string) => void }) {
  return (
    <label class="search">
      <span class="hidden">{props.label}</span>
      <Icon name="search" />
      <input
        class="input"
        type="search"
        placeholder={props.label}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
      />
    </label>
  );
}

export function Choice<T extends string>(props: {
  label: string;
  hideLabel?: boolean;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={props.hideLabel ? "hidden" : undefined}>
        {props.label}
      </label>
      <select id={id} class="input" value={props.value} onChange={(e) => props.onChange(e.currentTarget.value as T)}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Segments<T extends string>(props: {
  label: string;
  hideLabel?: boolean;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <div class="field" role="radiogroup" aria-label={props.label}>
      {!props.hideLabel && <span class="label">{props.label}</span>}
      <div class="segments">
        {props.options.map(([value, text]) => (
          <label key={value}>
            <input type="radio" name={name} checked={value === props.value} onChange={() => props.onChange(value)} />
            {text}
          </label>
        ))}
      </div>
    </div>
  );
}

export function Switch(props: { label: string; checked: boolean; onChange: (on: boolean) => void; title?: string }) {
  return (
    <label class="switch" title={props.title}>
      <span class="label">{props.label}</span>
      <input
        type="checkbox"
        role="switch"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

/** What had the focus last, of all that isn't in a dialog. */
let lastOutside: EventTarget | null = null;
addEventListener("focusin", ({ target }) => {
  if (target instanceof Element && !target.closest("dialog")) lastOutside = target;
});

interface DialogProps {
  title: string;
  wide?: boolean;
  /** Without it, the person can't close the dialog. */
  onClose?: () => void;
  children: ComponentChildren;
}

export function Dialog(props: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // Browsers give the focus back when a dialog is closed, but not when it is taken out of the page.
    return () =>
      queueMicrotask(() => {
        const to = before === document.body ? lastOutside : before; // it has taken another dialog's place
        if (to instanceof HTMLElement) to.focus({ preventScroll: true });
      });
  }, []);
  const close = props.onClose ?? (() => dialog.current?.showModal());
  return (
    <dialog
      ref={dialog}
      class={props.wide ? "wide" : undefined}
      aria-labelledby={id}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) props.onClose?.();
      }}
    >
      <header>
        <h2 id={id} class="grow cut">
          {props.title}
        </h2>
        {props.onClose && (
          <button class="button quiet icon" type="button" aria-label={t.close} onClick={props.onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      <div class="body">{props.children}</div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  text?: string;
  action: string;
  /** What the button says that leaves all as it is. */
  leave?: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before what can't be undone with a click. */
export function Confirm({ title, text, action, leave = t.cancel, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="stack">
        {text && <p class="soft">{text}</p>}
        <div class="row">
          <button class="button primary" type="button" onClick={onConfirm}>
            {action}
          </button>
          <button class="button" type="button" onClick={onClose}>
            {leave}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

export function Empty(props: { icon: IconName; title: string; text: string; children?: ComponentChildren }) {
  return (
    <div class="card empty">
      <Icon name={props.icon} size={56} />
      <h2>{props.title}</h2>
      <p class="soft">{props.text}</p>
      {props.children}
    </div>
  );
}

/** What went wrong; with `onRetry`, a button that does something about it, which `retry` names. */
export function Wrong(props: { message: string; onRetry?: () => void; retry?: string }) {
  return (
    <div class="note" role="alert">
      <span class="grow">{props.message}</span>
      {props.onRetry && (
        <button class="button" type="button" onClick={props.onRetry}>
          {props.retry ?? t.retry}
        </button>
      )}
    </div>
  );
}

interface Offer {
  label: string;
  run: () => void;
  /** For how long there is the choice. */
  ms: number;
}

const toasts = signal<{ id: number; text: string; offer?: Offer }[]>([]);
let told = 0;

function untell(id: number): void {
  toasts.value = toasts.peek().filter((each) => each.id !== id);
}

/** Says something for a few seconds; with an `offer`, a button beside it does something about it. */
export function toast(text: string, offer?: Offer): void {
  const id = ++told;
  toasts.value = [...toasts.peek(), { id, text, offer }];
  setTimeout(() => untell(id), offer?.ms ?? 4000);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((each) => (
        <div key={each.id} class="toast">
          {each.text}
          {each.offer && (
            <button
              type="button"
              onClick={() => {
                untell(each.id);
                each.offer?.run();
              }}
            >
              {each.offer.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

/** Copies a text; where the browser lets no page do so, as on plain http, the text is selected for the person to copy. */
export function CopyLine(props: { text: string; label: string }) {
  const field = useRef<HTMLInputElement>(null);
  async function copy() {
    field.current?.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(props.text);
    else document.execCommand("copy");
    toast(t.copied);
  }
  return (
    <div class="row">
      <input
        ref={field}
        class="input grow"
        readOnly
        value={props.text}
        aria-label={props.label}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button class="button" type="button" onClick={copy}>
        <Icon name="copy" />
        {t.copy}
      </button>
    </div>
  );
}
