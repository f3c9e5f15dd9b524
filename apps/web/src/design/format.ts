const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** A duration as kubectl's AGE column says it: two units while the second one matters, then one. */
export function formatDuration(milliseconds: number): string {
  const value = Math.max(0, milliseconds);
  if (value < 2 * minute) return `${Math.floor(value / second)}s`;
  if (value < 10 * minute) return twoUnits(value, [minute, 'm'], [second, 's']);
  if (value < 3 * hour) return `${Math.floor(value / minute)}m`;
  if (value < 8 * hour) return twoUnits(value, [hour, 'h'], [minute, 'm']);
  if (value < 2 * day) return `${Math.floor(value / hour)}h`;
  if (value < 8 * day) return twoUnits(value, [day, 'd'], [hour, 'h']);
  if (value < 2 * year) return `${Math.floor(value / day)}d`;
  if (value < 8 * year) return twoUnits(value, [year, 'y'], [day, 'd']);
  return `${Math.floor(value / year)}y`;
}

type Unit = readonly [milliseconds: number, letter: string];

function twoUnits(value: number, [large, largeLetter]: Unit, [small, smallLetter]: Unit): string {
  const rest = Math.floor((value % large) / small);
  return `${Math.floor(value / large)}${largeLetter}${rest === 0 ? '' : `${rest}${smallLetter}`}`;
}

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${binaryUnits[unit]}`;
}

const integer = new Intl.NumberFormat('en');

export function formatCount(value: number): string {
  return integer.format(value);
}

const exactTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** `12 Mar 2026, 14:03:22 UTC` in the person's zone, or the text itself when it is no time. */
export function formatTime(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? iso : exactTime.format(at);
}
