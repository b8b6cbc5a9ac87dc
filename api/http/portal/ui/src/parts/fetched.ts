// Data of a page that is asked for once, and again when the page says so.
import { useCallback, useEffect, useState } from "preact/hooks";
import { messageOf } from "../api/client";

export interface Got<T> {
  data?: T;
  wrong?: string;
  again: () => void;
}

export function useFetched<T>(key: string, fetch: () => Promise<T>): Got<T> {
  const [data, setData] = useState<T>();
  const [wrong, setWrong] = useState<string>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let late = false;
    fetch().then(
      (found) => {
        if (late) return;
        setData(found);
        setWrong(undefined);
      },
      (error) => {
        if (!late) setWrong(messageOf(error));
      },
    );
    return () => {
      late = true;
    };
  }, [key, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { data, wrong, again };
}
