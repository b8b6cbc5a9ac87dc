// A field for tags with commas between, which knows those that are in use.
import { useEffect, useId, useState } from "preact/hooks";
import { got, v1 } from "../api/client";

export function tagsIn(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim().toLowerCase()).filter(Boolean))];
}

export function TagsField(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
}) {
  const id = useId();
  const [known, setKnown] = useState<string[]>([]);
  useEffect(() => {
    got(v1.GET("/v1/tags", {})).then(
      (answer) => setKnown(answer.data.map((each) => each.tag)),
      () => undefined, // the field works without
    );
  }, []);
  // A list of the browser's own completes whole values: so each option repeats what stands before the last comma.
  const before = props.value.slice(0, props.value.lastIndexOf(",") + 1);
  const had = new Set(tagsIn(props.value));
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        list={`${id}-known`}
        autoComplete="off"
        placeholder={props.placeholder}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <datalist id={`${id}-known`}>
        {known
          .filter((tag) => !had.has(tag))
          .map((tag) => (
            <option key={tag} value={before ? `${before} ${tag}` : tag} />
          ))}
      </datalist>
    </div>
  );
}
