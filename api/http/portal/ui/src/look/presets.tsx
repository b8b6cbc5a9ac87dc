// Looks that the account has named: chosen, saved, deleted.
import { useState } from "preact/hooks";
import { messageOf, own, type Settings } from "../api/client";
import type { Preset } from "../api/own";
import { useFetched } from "../parts/fetched";
import { Icon } from "../parts/icons";
import { Choice, Dialog, Field, toast } from "../parts/ui";
import { t } from "../texts";

export function Presets(props: { settings: Settings; onChoose: (settings: Settings) => void }) {
  const presets = useFetched("", () => own<{ data: Preset[] }>("GET", "/presets"));
  const [saving, setSaving] = useState(false);
  const all = presets.data?.data ?? [];
  const same = JSON.stringify(sorted(props.settings));
  const current = all.find((each) => JSON.stringify(sorted(each.settings)) === same);
  const usual = same === "{}";
  const options: [string, string][] = [
    ["", usual ? t.look.usualLook : t.look.ownLook],
    ...(usual ? [] : [["usual", t.look.usualLook] as [string, string]]),
    ...all.map((each): [string, string] => [each.id, each.name]),
  ];
  async function erase() {
    if (!current) return;
    try {
      await own("DELETE", `/presets/${current.id}`);
    } catch (error) {
      toast(messageOf(error));
    }
    presets.again();
  }
  return (
    <>
      <Choice
        label={t.look.presets}
        hideLabel
        value={current?.id ?? ""}
        options={options}
        onChange={(id) => {
          const chosen = all.find((each) => each.id === id);
          if (chosen) props.onChoose(chosen.settings);
          if (id === "usual") props.onChoose({});
        }}
      />
      {current ? (
        <button
          class="button icon"
          type="button"
          aria-label={t.look.deletePreset(current.name)}
          title={t.look.deletePreset(current.name)}
          onClick={erase}
        >
          <Icon name="trash" />
        </button>
      ) : (
        <button class="button" type="button" disabled={usual} onClick={() => setSaving(true)}>
          {t.look.savePreset}
        </button>
      )}
      {saving && (
        <Save
          settings={props.settings}
          onClose={() => setSaving(false)}
          onSaved={() => {
            setSaving(false);
            presets.again();
          }}
        />
      )}
    </>
  );
}

function sorted(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).sort(([a], [b]) => a.localeCompare(b)));
}

function Save(props: { settings: Settings; onClose: () => void; onSaved: () => void }) {
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState<string>();
  async function submit(event: Event) {
    event.preventDefault();
    try {
      await own("POST", "/presets", { name, settings: props.settings });
      props.onSaved();
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <Dialog title={t.look.savePreset} onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        <Field
          label={t.look.presetName}
          placeholder={t.look.presetHint}
          required
          autoFocus
          value={name}
          onInput={setName}
          wrong={wrong}
        />
        <button class="button primary" type="submit">
          {t.save}
        </button>
      </form>
    </Dialog>
  );
}
