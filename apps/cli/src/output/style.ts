import type { HealthStatus } from '@pilothouse/core';
import type { CliIo } from '../runtime/cli-io.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'dim' | 'bold';

/** Paints text for one stream, or leaves it alone where that stream shows no colours. */
export type Style = (colour: Colour, text: string) => string;

const sequences: Record<Colour, readonly [number, number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export const plainStyle: Style = (_colour, text) => text;

const colourStyle: Style = (colour, text) => {
  const [on, off] = sequences[colour];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/** Colours only on a terminal, never with NO_COLOR set (no-color.org) or TERM=dumb; FORCE_COLOR wins over the first. */
export function styleFor(stream: { isTTY?: boolean }, env: CliIo['env']): Style {
  if (env.NO_COLOR) return plainStyle;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return colourStyle;
  return stream.isTTY && env.TERM !== 'dumb' ? colourStyle : plainStyle;
}

export const healthColours: Record<HealthStatus, Colour> = {
  healthy: 'green',
  suspended: 'blue',
  progressing: 'yellow',
  unknown: 'dim',
  missing: 'magenta',
  degraded: 'red',
};

/** Colours that tell sources apart, in the order they are given out. */
export const sourceColours: readonly Colour[] = ['cyan', 'green', 'yellow', 'magenta', 'blue', 'red'];
