// The button that goes from the system's theme to light, to dark, and back.
import { nextTheme, theme } from "../state/theme";
import { t } from "../texts";
import { Icon } from "./icons";

const ICONS = { auto: "auto", light: "sun", dark: "moon" } as const;

export function ThemeButton() {
  const text = t.themes[theme.value];
  return (
    <button class="button quiet icon" type="button" aria-label={text} title={text} onClick={nextTheme}>
      <Icon name={ICONS[theme.value]} />
    </button>
  );
}
