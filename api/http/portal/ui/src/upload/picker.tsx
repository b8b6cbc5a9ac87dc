// A button by which files are chosen: by the browser's handles, which outlast a reload, where it has them.
import { useRef } from "preact/hooks";
import { pick, type Picked, SUFFIXES } from "./handles";

export function Picker(props: {
  label: string;
  onTake: (picked: Picked[]) => void;
  class?: string;
  folder?: boolean;
}) {
  const field = useRef<HTMLInputElement>(null);
  async function choose() {
    const picked = props.folder ? undefined : await pick();
    if (picked) props.onTake(picked);
    else field.current?.click();
  }
  return (
    <>
      <button class={props.class ?? "button"} type="button" onClick={choose}>
        {props.label}
      </button>
      <input
        ref={field}
        type="file"
        multiple
        hidden
        aria-label={props.label}
        accept={props.folder ? undefined : SUFFIXES.join(",")}
        {...(props.folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          props.onTake([...(event.currentTarget.files ?? [])].map((file) => ({ file })));
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
