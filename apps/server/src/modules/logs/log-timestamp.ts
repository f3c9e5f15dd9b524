/** The time that a kubelet puts before each line, as UTC with nine digits of fraction, so that texts compare as times do. */
export function normalTimestamp(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (!match) return undefined;
  const [, seconds = '', fraction = '', zone = 'Z'] = match;
  const digits = fraction.padEnd(9, '0');
  if (zone === 'Z') return `${seconds}.${digits}Z`;
  const at = Date.parse(`${seconds}${zone}`);
  return Number.isNaN(at) ? undefined : `${new Date(at).toISOString().slice(0, 19)}.${digits}Z`;
}

/** Whole seconds only: the API server cuts `sinceTime` to seconds before the kubelet sees it. */
export function secondOf(timestamp: string): string {
  return `${timestamp.slice(0, 19)}Z`;
}
