// The panel of settings, made of the server's own table: a new setting of the renderer's appears here by itself.
import { useEffect, useId, useState } from "preact/hooks";
import { got, type ModelDetail, type Overlay, type Settings, v1 } from "../api/client";
import type { Setting } from "../api/own";
import { Choice, Segments, Switch } from "../parts/ui";
import { t } from "../texts";
import { label } from "../words";

type Group = keyof typeof t.look.groups;

const GROUPS: [Group, string[]][] = [
  ["result", ["output", "quality", "size", "length", "fps", "formats", "imageFormat", "transparent"]],
  ["set", ["datasetQuality", "coverage", "datasetFormat", "datasetDepth"]],
  [
    "camera",
    ["effect", "sweepAngle", "easeOutRatio", "amplitude", "zoomStart", "zoomEnd", "scaleFrom", "camera", "azimuth",
      "elevation", "zoom", "rotateY", "easing"],
  ],
  ["light", ["lighting", "environmentId", "toneMapping", "shadows", "reflector"]],
  ["background", ["bgColor", "bgImageId", "bgAlign", "fgImageId", "fgAlign", "vignette"]],
  ["model", ["materialVariant", "animation", "animationSpeed", "time", "tiltX", "panX", "rollZ"]],
];
const SHOWN_ELSEWHERE = ["aspect"];
const LAYERS: Record<string, string> = { bgImageId: "background", fgImageId: "foreground", environmentId: "environment" };
/** Of all choices together, where they stand side by side. */
const MOST_LETTERS = 24;
/** Settings that mean something only beside another one. */
const BESIDE: Record<string, string> = {
  bgAlign: "bgImageId", fgAlign: "fgImageId", animationSpeed: "animation", time: "animation",
};

export function valueOf(row: Setting, settings: Settings): unknown {
  return settings[row.name] ?? row.defaults[String(settings.effect ?? "turntable")] ?? row.default;
}

/** Whether the setting means something beside the others: what doesn't is neither shown nor ordered. */
export function matters(row: Setting, settings: Settings): boolean {
  const output = String(settings.output ?? "video");
  if (!row.outputs.includes(output)) return false;
  if (row.name === "effect" && output !== "video") return false;
  if (row.name === "quality" && output === "dataset") return false;
  if (row.effects.length && !row.effects.includes(String(settings.effect ?? "turntable"))) return false;
  const beside = BESIDE[row.name];
  return beside === undefined || settings[beside] !== undefined;
}

interface PanelProps {
  table: Setting[];
  settings: Settings;
  model: ModelDetail | undefined;
  onChange: (name: string, value: unknown) => void;
}

export function Panel({ table, settings, model, onChange }: PanelProps) {
  const [overlays, setOverlays] = useState<Overlay[]>([]);
  useEffect(() => {
    got(v1.GET("/v1/overlays")).then((found) => setOverlays(found.data), () => undefined);
  }, []);
  const grouped = new Set([...GROUPS.flatMap(([, names]) => names), ...SHOWN_ELSEWHERE]);
  const rest = table.filter((row) => !grouped.has(row.name)).map((row) => row.name);
  const rows = new Map(table.map((row) => [row.name, row]));
  return (
    <div class="panel">
      {([...GROUPS, ["more", rest]] as [Group, string[]][]).map(([group, names]) => {
        const shown = names
          .map((name) => rows.get(name))
          .filter((row): row is Setting => row !== undefined && matters(row, settings))
          .filter((row) => row.choices.length !== 1)
          .filter((row) => offered(row, model, overlays));
        if (!shown.length) return null;
        return (
          <details key={group} class="group" open={group !== "model" && group !== "background"}>
            <summary>
              <h2>{t.look.groups[group]}</h2>
            </summary>
            <div class="stack">
              {shown.map((row) => (
                <Control
                  key={row.name}
                  row={row}
                  value={valueOf(row, settings)}
                  names={namesFor(row, model, overlays)}
                  onChange={(value) => onChange(row.name, value)}
                />
              ))}
            </div>
          </details>
        );
      })}
    </div>
  );
}

/** What a setting that names a part of the model, or a picture, may name. */
function namesFor(row: Setting, model: ModelDetail | undefined, overlays: Overlay[]): [string, string][] {
  const found = model?.contents;
  if (row.name === "materialVariant") return (found?.variants ?? []).map((name) => [name, name]);
  if (row.name === "animation") {
    const clips = (found?.animations ?? []).filter((each) => each.name);
    return clips.length || found?.animations.length
      ? [["*", t.look.first], ...clips.map((each): [string, string] => [each.name, each.name])]
      : [];
  }
  return overlays.filter((each) => each.layer === LAYERS[row.name]).map((each) => [each.id, each.name ?? each.id]);
}

function offered(row: Setting, model: ModelDetail | undefined, overlays: Overlay[]): boolean {
  const named = row.kind === "id" || row.name === "materialVariant" || row.name === "animation";
  return !named || namesFor(row, model, overlays).length > 0;
}

function Control(props: {
  row: Setting;
  value: unknown;
  names: [string, string][];
  onChange: (value: unknown) => void;
}) {
  const { row, value, names, onChange } = props;
  const text = label(row.name);
  if (row.kind === "boolean") {
    return <Switch label={text} title={row.description} checked={value === true} onChange={onChange} />;
  }
  if (row.kind === "color") return <Colour label={text} value={String(value)} onChange={onChange} />;
  if (row.kind === "number" || row.kind === "integer") {
    return <Amount row={row} value={value === null ? undefined : Number(value)} onChange={onChange} />;
  }
  if (row.kind === "size") return <Size label={text} row={row} value={String(value ?? "")} onChange={onChange} />;
  if (row.kind === "list") return <Several label={text} row={row} value={(value ?? []) as string[]} onChange={onChange} />;
  if (row.choices.length) {
    const choices = row.name === "effect" ? row.choices.filter((each) => each !== "dataset") : row.choices;
    const options = choices.map((each) => [each, label(each)] as const);
    const Kind = options.map(([, word]) => word).join("").length <= MOST_LETTERS ? Segments : Choice;
    return <Kind label={text} value={String(value)} options={options} onChange={onChange} />;
  }
  return (
    <Choice
      label={text}
      value={String(value ?? "")}
      options={[["", t.look.unset], ...names]}
      onChange={(chosen) => onChange(chosen || undefined)}
    />
  );
}

function Several(props: { label: string; row: Setting; value: string[]; onChange: (value: string[]) => void }) {
  const { row, value } = props;
  const toggle = (choice: string, on: boolean) =>
    props.onChange(row.choices.filter((each) => (each === choice ? on : value.includes(each))));
  return (
    <fieldset class="stack tight" title={row.description}>
      <legend class="label">{props.label}</legend>
      {row.choices.map((choice) => (
        <label key={choice} class="row">
          <input
            type="checkbox"
            checked={value.includes(choice)}
            onChange={(event) => toggle(choice, event.currentTarget.checked)}
          />
          {label(choice)}
        </label>
      ))}
    </fieldset>
  );
}

function Size(props: { label: string; row: Setting; value: string; onChange: (value: string | undefined) => void }) {
  const id = useId();
  const [text, setText] = useState(props.value);
  useEffect(() => setText(props.value), [props.value]);
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        class="input"
        id={id}
        placeholder="1000x1000"
        title={props.row.description}
        value={text}
        onInput={(event) => {
          const typed = event.currentTarget.value.trim();
          setText(typed);
          if (!typed || /^\d{2,4}x\d{2,4}$/.test(typed)) props.onChange(typed || undefined);
        }}
      />
    </div>
  );
}

function Colour(props: { label: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  const [text, setText] = useState(props.value);
  useEffect(() => setText(props.value), [props.value]);
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <div class="colour">
        <input
          id={id}
          type="color"
          value={props.value}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
        <input
          class="input"
          aria-label={`${props.label}, #rrggbb`}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            if (/^#[0-9a-f]{6}$/i.test(event.currentTarget.value)) props.onChange(event.currentTarget.value);
          }}
        />
      </div>
    </div>
  );
}

function Amount(props: { row: Setting; value: number | undefined; onChange: (value: number | undefined) => void }) {
  const { row, value, onChange } = props;
  const id = useId();
  const least = row.minimum ?? 0;
  const most = row.maximum ?? 100;
  const step = row.kind === "integer" || most - least > 20 ? 1 : 0.05;
  const shown = value ?? Math.min(most, Math.max(least, 0));
  const change = (text: string) => {
    const number = Number(text);
    if (text === "") onChange(undefined);
    if (text !== "" && number >= least && number <= most) onChange(number);
  };
  return (
    <div class="field" title={row.description}>
      <label for={id}>{label(row.name)}</label>
      <div class="slider">
        <input
          id={id}
          type="range"
          min={least}
          max={most}
          step={step}
          value={shown}
          onInput={(event) => change(event.currentTarget.value)}
        />
        <input
          class="input number"
          type="number"
          min={least}
          max={most}
          step="any"
          aria-label={label(row.name)}
          placeholder="–"
          value={value ?? ""}
          onChange={(event) => change(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}
