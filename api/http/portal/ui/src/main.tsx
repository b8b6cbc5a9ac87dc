// The frame around all pages, and which of them is shown.
import type { ComponentChildren, ComponentType } from "preact";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./style/base.css";
import "./style/parts.css";
import "./style/library.css";
import "./style/look.css";
import "./style/pages.css";
import "./style/studio.css";
import "./style/showing.css";
import mark from "./mark.svg";
import { MODES, PAGES as ORDER, type Page } from "./modes";
import { Account } from "./pages/account";
import { Datasets } from "./pages/datasets";
import { Join, SignIn, SignInForm } from "./pages/door";
import { Generate } from "./pages/generate";
import { Library } from "./pages/library";
import { Look } from "./pages/look";
import { Projects } from "./pages/projects";
import { Queue } from "./pages/queue";
import { Upload } from "./pages/upload";
import { Videos } from "./pages/videos";
import { Icon, type IconName } from "./parts/icons";
import { ModePicker } from "./parts/modes";
import { Shortcuts } from "./parts/shortcuts";
import { ThemeButton } from "./parts/theme";
import { Dialog, Link, Toasts, Wrong } from "./parts/ui";
import { unfinished } from "./state/live";
import { mode } from "./state/mode";
import { go, route } from "./state/route";
import { expired, me, refreshMe, signOut, unreachable } from "./state/session";
import { t } from "./texts";

const PAGES: Record<Page, [ComponentType, IconName]> = {
  upload: [Upload, "upload"],
  generate: [Generate, "spark"],
  library: [Library, "library"],
  look: [Look, "look"],
  queue: [Queue, "queue"],
  videos: [Videos, "videos"],
  datasets: [Datasets, "datasets"],
  projects: [Projects, "projects"],
  account: [Account, "settings"],
};

function Tab({ page }: { page: Page }) {
  return (
    <Link to={page} class="tab" current={route.value.page === page}>
      <Icon name={PAGES[page][1]} />
      <span>{t.tabs[page]}</span>
      {page === "queue" && unfinished.value > 0 && <span class="count number">{unfinished.value}</span>}
    </Link>
  );
}

function Shell({ children }: { children: ComponentChildren }) {
  const { hidden } = MODES[mode.value];
  const { page } = route.value;
  const main = useRef<HTMLElement>(null);
  const shown = useRef(page);
  const focus = () => main.current?.focus({ preventScroll: true });
  useEffect(() => {
    if (shown.current !== page) focus(); // so that Tab leads on in the new page, and screen readers tell of it
    shown.current = page;
  }, [page]);
  return (
    <div class="shell">
      <button class="skip button" type="button" onClick={focus}>
        {t.skip}
      </button>
      <aside class="rail">
        <Link to="upload" class="brand">
          <img src={mark} alt="" />
          {t.product}
        </Link>
        <ModePicker />
        <nav aria-label={t.product}>
          {ORDER.filter((page) => page !== "account" && !hidden.includes(page)).map((page) => (
            <Tab key={page} page={page} />
          ))}
        </nav>
        <div class="below">
          <Tab page="account" />
          <div class="who">
            <div class="small">
              <div class="cut">{me.value?.email}</div>
              <div class="soft number">{t.credits(me.value?.credits ?? 0)}</div>
            </div>
            <ThemeButton />
            <button class="button quiet icon" type="button" aria-label={t.signOut} title={t.signOut} onClick={signOut}>
              <Icon name="leave" />
            </button>
          </div>
        </div>
      </aside>
      <main ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function App() {
  useEffect(() => {
    void refreshMe();
  }, []);
  const { page } = route.value;
  if (page === "join") return <Join />;
  if (me.value === undefined) {
    return unreachable.value ? (
      <main class="door">
        <Wrong message={unreachable.value} onRetry={refreshMe} />
      </main>
    ) : (
      <main class="door" aria-busy="true" />
    );
  }
  if (me.value === null) return <SignIn />;
  if (!(page in PAGES)) {
    go("upload", {}, true);
    return null;
  }
  const [Shown] = PAGES[page as Page];
  return (
    <>
      <Shell>
        <Shown />
      </Shell>
      {expired.value && (
        <Dialog title={t.door.againTitle}>
          <div class="stack">
            <p class="soft">{t.door.againLead}</p>
            <SignInForm onDone={() => undefined} />
          </div>
        </Dialog>
      )}
      <Shortcuts />
      <Toasts />
    </>
  );
}

const place = document.getElementById("app");
if (place) render(<App />, place);
