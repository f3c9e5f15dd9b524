const binary: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const decimal: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};

/** The number a Kubernetes quantity stands for: `250m` is 0.25, `1Gi` is 1073741824. 0 when it is none. */
export function quantity(text: string | number | undefined): number {
  if (typeof text === 'number') return text;
  const parts = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)?$/.exec(text?.trim() ?? '');
  if (parts === null) return 0;
  const suffix = parts[2] ?? '';
  return Number(parts[1]) * (binary[suffix] ?? decimal[suffix] ?? 1);
}

/** The canonical form of a sum: CPU in milli or whole cores, memory and storage in the largest exact binary unit, counts plain. */
export function formatQuantity(value: number, resource: string): string {
  if (resource === 'cpu' || resource.endsWith('.cpu')) {
    const milli = Math.ceil(Math.round(value * 1e6) / 1e3);
    return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
  }
  const whole = Math.ceil(value);
  if (!/memory|storage/.test(resource) || whole === 0) return String(whole);
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki']) {
    const size = binary[unit] ?? 1;
    if (whole % size === 0) return `${whole / size}${unit}`;
  }
  return String(whole);
}
