// The mode, beside the product's name, and the sheet on which another one is chosen.
import { useState } from "preact/hooks";
import { MODES, type Mode } from "../modes";
import { mode, setMode } from "../state/mode";
import { t } from "../texts";
import { Icon } from "./icons";
import { Dialog } from "./ui";

export function ModePicker() {
  const [open, setOpen] = useState(false);
  const name = t.modes.names[mode.value];
  return (
    <>
      <button class="mode" type="button" aria-label={t.modes.change(name)} onClick={() => setOpen(true)}>
        {name}
        <Icon name="down" size={16} />
      </button>
      {open && (
        <Dialog title={t.modes.title} onClose={() => setOpen(false)}>
          <ul class="stack">
            {(Object.keys(MODES) as Mode[]).map((each) => (
              <li key={each}>
                <button
                  class="option"
                  type="button"
                  aria-pressed={mode.value === each}
                  onClick={() => {
                    setMode(each);
                    setOpen(false);
                  }}
                >
                  <strong>{t.modes.names[each]}</strong>
                  <span class="small soft">{t.modes.leads[each]}</span>
                </button>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}
