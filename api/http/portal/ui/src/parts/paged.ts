// A list of the server's, page by page as it comes into sight.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../api/client";
import type { Listing } from "./grid";
import { PAGE } from "./grid";

export interface Fetched<T> {
  data: T[];
  meta: { total: number };
}

export interface Paged<T> extends Listing<T> {
  loading: boolean;
  wrong?: string;
  want: (page: number) => void;
  again: () => void;
}

/** `key` says what is listed: another one begins a new list; `fresh` asks again for what is there and keeps it shown. */
export function usePaged<T>(key: string, fresh: number, fetchPage: (offset: number) => Promise<Fetched<T>>): Paged<T> {
  const [pages, setPages] = useState<ReadonlyMap<number, T[]>>(new Map());
  const [total, setTotal] = useState(0);
  const [loading, setLoading] = useState(true);
  const [wrong, setWrong] = useState<string>();
  const [round, setRound] = useState(0);
  const asked = useRef({ key: "", pages: new Set<number>() });
  const fetcher = useRef(fetchPage);
  fetcher.current = fetchPage;

  const load = useCallback((page: number) => {
    const mine = asked.current;
    if (mine.pages.has(page)) return;
    mine.pages.add(page);
    fetcher.current(page * PAGE).then(
      (found) => {
        if (asked.current !== mine) return;
        setPages((known) => new Map(known).set(page, found.data));
        setTotal(found.meta.total);
        setLoading(false);
        setWrong(undefined);
      },
      (error) => {
        if (asked.current !== mine) return;
        mine.pages.delete(page);
        setWrong(messageOf(error));
        setLoading(false);
      },
    );
  }, []);

  useEffect(() => {
    const other = asked.current.key !== key;
    const kept = [...asked.current.pages];
    asked.current = { key, pages: new Set() };
    if (other) {
      setPages(new Map());
      setTotal(0);
      setLoading(true);
    }
    for (const page of other || !kept.length ? [0] : kept) load(page);
  }, [key, fresh, round, load]);

  return {
    total,
    loading,
    wrong,
    at: (index) => pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    want: load,
    again: () => setRound((before) => before + 1),
  };
}
