// Icons of our own: 24 x 24, drawn with one stroke.
const PATHS = {
  upload: "M12 16V4m0 0 5 5m-5-5L7 9M4 16v2.5A1.5 1.5 0 0 0 5.500 20h13a1.500 1.500 0 0 0 1.500-1.500V16",
  spark: "M12 3v4m0 10v4M3 12h4m10 0h4M12 8c0 2.200-1.800 4-4 4 2.200 0 4 1.800 4 4 0-2.200 1.800-4 4-4-2.200 0-4-1.800-4-4Z",
  library: "M12 3 4 7.500v9L12 21l8-4.500v-9L12 3Zm0 0v0M4 7.500l8 4.500 8-4.500M12 12v9",
  look: "M4 7h9m5 0h2M4 17h2m5 0h9M15.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Zm-7 10a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z",
  queue: "M4 6h16M4 12h10M4 18h10m5.500-4.500v6m-3-3h6",
  videos: "M4.500 5h15A1.500 1.500 0 0 1 21 6.500v11a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 3 17.500v-11A1.500 1.500 0 0 1 4.500 5ZM10 9v6l5-3-5-3Z",
  settings: "M12 12.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20c.8-3.200 3.800-5 7.500-5s6.700 1.800 7.500 5",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM20 20l-4.800-4.800",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.500 10 17.500 19 7",
  copy: "M9 9h10v10H9zM5 15V5h10",
  download: "M12 4v12m0 0 5-5m-5 5-5-5M4 20h16",
  share: "M10 14 20 4m0 0h-6m6 0v6M20 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h5",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5m4-5v5",
  archive: "M4 8h16v11a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V8Zm-1-4h18v4H3V4Zm7 8h4",
  play: "M8 5v14l11-7L8 5Z",
  pause: "M8 5v14M16 5v14",
  back: "M9 6 5 12l4 6m10-6H5",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-13v2m0 14v2M3 12h2m14 0h2M5.600 5.600 7 7m10 10 1.400 1.400M5.600 18.400 7 17M17 7l1.400-1.400",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500Z",
  auto: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-18v18m3-17.400v16.800m3-14.700v12.600",
  leave: "M14 4h5a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-5M10 16l-4-4 4-4m-4 4h10",
  camera: "M4 8h3l2-3h6l2 3h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Zm8 8.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z",
  down: "M6 9l6 6 6-6",
  projects: "M4 7.500A1.500 1.500 0 0 1 5.500 6H10l2 2.500h6.500A1.500 1.500 0 0 1 20 10v7.500a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500v-10Zm3.500 6h9",
  datasets: "M12 4v.01M5 8v.01M19 8v.01M8.500 12v.01M15.500 12v.01M5 16v.01M19 16v.01M12 20v.01M12 12v.01M12 8v.01M12 16v.01",
  plus: "M12 5v14M5 12h14",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c2.500 2.500 3.500 5.500 3.500 9s-1 6.500-3.500 9c-2.500-2.500-3.500-5.500-3.500-9s1-6.500 3.500-9Z",
  retry: "M20 5v5h-5M4 19v-5h5M19.500 10A8 8 0 0 0 5.700 7.300M4.500 14a8 8 0 0 0 13.800 2.700",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class={size > 24 ? "icon-large" : undefined}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={size > 24 ? 1.2 : 1.7}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
