import type { ITheme } from '@xterm/xterm';

const light = {
  black: '#2b2f36',
  red: '#c5282c',
  green: '#1a7f37',
  yellow: '#8f5f00',
  blue: '#0a6fae',
  magenta: '#8250a8',
  cyan: '#0b7285',
  white: '#656b75',
  brightBlack: '#656b75',
  brightRed: '#d9484b',
  brightGreen: '#2c9a4b',
  brightYellow: '#a8750f',
  brightBlue: '#2787c4',
  brightMagenta: '#9a6bbd',
  brightCyan: '#2a8a9c',
  brightWhite: '#16191d',
};
const dark = {
  black: '#3a3f48',
  red: '#ff7b78',
  green: '#4cc26a',
  yellow: '#e0ad4a',
  blue: '#56b3ee',
  magenta: '#c69be6',
  cyan: '#5cc8d8',
  white: '#c9cdd3',
  brightBlack: '#8d939d',
  brightRed: '#ff9d9a',
  brightGreen: '#7ad891',
  brightYellow: '#f0c877',
  brightBlue: '#86ccf6',
  brightMagenta: '#dabcf0',
  brightCyan: '#8edde9',
  brightWhite: '#f4f5f6',
};

/** The terminal's colours for the theme that is on. xterm wants resolved colours, so the tokens are read from an element. */
export function terminalTheme(element: HTMLElement): ITheme {
  const { color, backgroundColor } = getComputedStyle(element.parentElement ?? element);
  const darkNow = luminance(backgroundColor) < 0.5;
  return {
    ...(darkNow ? dark : light),
    foreground: color,
    background: backgroundColor,
    cursor: color,
    cursorAccent: backgroundColor,
    selectionBackground: darkNow ? '#3b4270' : '#cdd3f6',
  };
}

function luminance(colour: string): number {
  const [red = 255, green = 255, blue = 255] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
