// Which models the library shows, beside what is searched for.
import { Field } from "../parts/ui";
import { TagsField, tagsIn } from "../parts/tags";
import { t } from "../texts";

export interface Filter {
  tags: string;
  from: string;
  to: string;
}

export const NO_FILTER: Filter = { tags: "", from: "", to: "" };

export function isSet(filter: Filter): boolean {
  return Object.values(filter).some(Boolean);
}

/** As the API's query has it. Days are the person's own, from midnight to midnight. */
export function queryOf({ tags, from, to }: Filter): { tags?: string; createdAfter?: string; createdBefore?: string } {
  const midnight = (date: string, days: number) => {
    const moment = new Date(`${date}T00:00`);
    moment.setDate(moment.getDate() + days);
    return moment.toISOString();
  };
  return {
    ...(tags && { tags: tagsIn(tags).join(",") }),
    ...(from && { createdAfter: midnight(from, 0) }),
    ...(to && { createdBefore: midnight(to, 1) }),
  };
}

export function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  return (
    <section class="card filters" aria-label={t.library.filter}>
      <TagsField
        label={t.library.anyOfTags}
        placeholder={t.upload.tagsHint}
        value={filter.tags}
        onInput={(tags) => onChange({ ...filter, tags })}
      />
      <Field label={t.library.from} type="date" value={filter.from} onInput={(from) => onChange({ ...filter, from })} />
      <Field label={t.library.to} type="date" value={filter.to} onInput={(to) => onChange({ ...filter, to })} />
      <button class="button" type="button" disabled={!isSet(filter)} onClick={() => onChange(NO_FILTER)}>
        {t.library.clear}
      </button>
    </section>
  );
}
