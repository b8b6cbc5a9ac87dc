// Which mode the person works in. The browser keeps it, for each person by themselves.
import { computed, signal } from "@preact/signals";
import { MODES, type Mode } from "../modes";
import { me } from "./session";

const USUAL: Mode = "studio";
const changed = signal(0);

function nameFor(person: string): string {
  return `mode:${person}`;
}

export const mode = computed<Mode>(() => {
  void changed.value;
  const kept = me.value ? localStorage.getItem(nameFor(me.value.id)) : null;
  return kept !== null && kept in MODES ? (kept as Mode) : USUAL;
});

export function setMode(to: Mode): void {
  if (!me.peek()) return;
  localStorage.setItem(nameFor(me.peek()?.id ?? ""), to);
  changed.value += 1;
}
