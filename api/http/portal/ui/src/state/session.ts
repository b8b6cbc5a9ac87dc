// Who is signed in. `undefined` until the server has said; `null` is nobody.
import { effect, signal } from "@preact/signals";
import { ApiError, own, turnedAway } from "../api/client";
import type { Me } from "../api/own";

export const me = signal<Me | null | undefined>(undefined);
/** Whether the session ended while somebody was at work: they sign in again, and all goes on. */
export const expired = signal(false);
export const unreachable = signal<string | null>(null);

export async function refreshMe(): Promise<void> {
  try {
    me.value = await own<Me>("GET", "/session");
    unreachable.value = null;
    expired.value = false;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) me.value = me.peek() ?? null;
    else unreachable.value = (error as Error).message;
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  await own("POST", "/session", { email, password });
  me.value = await own<Me>("GET", "/session"); // where the account is suspended, this says so
  expired.value = false;
}

export async function signOut(): Promise<void> {
  await own("DELETE", "/session");
  location.assign("/portal/");
}

effect(() => {
  if (turnedAway.value > 0 && me.peek()) expired.value = true;
});
