export type Figure = {
  bench: string;
  value: number;
  unit: string;
  /** What `value` was measured against in the same run, with its own value. */
  rival: string;
  ratio: number;
  /** The promise, in words. */
  bar: string;
  holds: boolean;
};

/** Prints one figure as the line of JSON that `npm run bench` collects. */
export function printFigure(figure: Figure): void {
  console.log(JSON.stringify(figure));
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The nearest-rank percentile, `p` from 0 to 100. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Resident memory of a process in megabytes (10^6 bytes), from /proc. */
export async function residentMegabytes(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6;
}
