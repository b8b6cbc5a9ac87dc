// Models to be chosen from on other pages than theirs: the newest ones, and all others by a search.
import { useState } from "preact/hooks";
import { got, type Model, v1 } from "../api/client";
import { nameOf } from "../state/models";
import { t } from "../texts";
import { useFetched } from "./fetched";
import { Choice, Search } from "./ui";

const MOST = 100; // what a page of the server's list has at most

export interface Offered {
  /** Whether the server has answered once. */
  known: boolean;
  /** Those of the found ones that have a picture: the others are not read yet, or can't be. */
  models: Model[];
  /** Whether there are more than are shown without a search. */
  isSearched: boolean;
  text: string;
  search: (text: string) => void;
  wrong?: string;
  again: () => void;
}

export function useOffered(): Offered {
  const [text, search] = useState("");
  const [more, setMore] = useState(false);
  const found = useFetched(text, async () => {
    const answer = await got(v1.GET("/v1/models", { params: { query: { q: text, limit: MOST } } }));
    setMore((before) => before || answer.meta.total > MOST);
    return answer;
  });
  return {
    known: found.data !== undefined,
    models: (found.data?.data ?? []).filter((model) => model.thumbnailUrl !== null),
    isSearched: more,
    text,
    search,
    wrong: found.wrong,
    again: found.again,
  };
}

export function ModelSearch({ offered }: { offered: Offered }) {
  return offered.isSearched ? <Search label={t.library.search} value={offered.text} onInput={offered.search} /> : null;
}

interface ModelChoiceProps {
  offered: Offered;
  chosen: Model | undefined;
  onChoose: (model: Model) => void;
  hideLabel?: boolean;
}

/** One of the offered models; the chosen one stays among them, whatever is searched for. */
export function ModelChoice({ offered, chosen, onChoose, hideLabel }: ModelChoiceProps) {
  const others = offered.models.filter((each) => each.id !== chosen?.id);
  const all = chosen ? [chosen, ...others] : others;
  return (
    <div class="stack tight">
      <Choice
        label={t.lighter.model}
        hideLabel={hideLabel}
        value={chosen?.id ?? ""}
        options={all.map((each) => [each.id, nameOf(each)] as const)}
        onChange={(id) => {
          const model = all.find((each) => each.id === id);
          if (model) onChoose(model);
        }}
      />
      <ModelSearch offered={offered} />
    </div>
  );
}
