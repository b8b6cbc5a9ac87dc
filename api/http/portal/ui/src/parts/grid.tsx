// A grid of as many cards as there are: only those in sight are in the page, and only their data is asked for.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export const PAGE = 100;
const GAP = 16;
const MOST_COLUMNS = 8; // on wide screens cards grow instead

export interface Listing<T> {
  total: number;
  at: (index: number) => T | undefined;
}

interface GridProps<T> {
  list: Listing<T>;
  onWant: (page: number) => void;
  /** Width at least, and how much higher than wide a card is, in px. */
  least: number;
  extra: number;
  shape: number;
  card: (item: T) => ComponentChildren;
}

export function Grid<T extends { id: string }>({ list, onWant, least, extra, shape, card }: GridProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [seen, setSeen] = useState(""); // the rows in sight, as a text: the grid is drawn anew when it changes
  const wanted = Math.max(least, width / MOST_COLUMNS);
  const columns = Math.max(1, Math.floor((width + GAP) / (wanted + GAP)));
  const side = (width - GAP * (columns - 1)) / columns;
  const step = side * shape + extra + GAP;
  const rows = Math.ceil(list.total / columns);

  const rowAt = (y: number, round: (row: number) => number) => Math.max(0, round(y / step));
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const look = () => {
      const top = -element.getBoundingClientRect().top;
      setWidth(element.clientWidth);
      setSeen(`${rowAt(top - innerHeight / 2, Math.floor)} ${rowAt(top + innerHeight * 1.5, Math.ceil)}`);
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [list.total, step]);

  const [from = 0, to = 0] = seen.split(" ").map(Number);
  const first = from * columns;
  const last = Math.min(list.total, to * columns);
  useEffect(() => {
    if (!width) return;
    for (let page = Math.floor(first / PAGE); page * PAGE < last; page += 1) onWant(page);
  }, [first, last, width, onWant]);

  const cards = [];
  for (let index = first; width && index < last; index += 1) {
    const item = list.at(index);
    const place = { left: (index % columns) * (side + GAP), top: Math.floor(index / columns) * step };
    cards.push(
      <div
        key={item?.id ?? `empty ${index}`}
        class="cell"
        role="listitem"
        aria-setsize={list.total}
        aria-posinset={index + 1}
        style={{ width: `${side}px`, height: `${step - GAP}px`, transform: `translate(${place.left}px, ${place.top}px)` }}
      >
        {item ? card(item) : <div class="skeleton fill" />}
      </div>,
    );
  }
  function move(event: KeyboardEvent) {
    const way = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const cell = event.target instanceof Element && event.target.closest(".cell");
    if (!way || !cell) return;
    const place = Number(cell.getAttribute("aria-posinset")) + way;
    const next = box.current?.querySelector<HTMLElement>(`[aria-posinset="${place}"] button`);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
  return (
    <div ref={box} class="grid" role="list" onKeyDown={move} style={{ height: `${Math.max(0, rows * step - GAP)}px` }}>
      {cards}
    </div>
  );
}
