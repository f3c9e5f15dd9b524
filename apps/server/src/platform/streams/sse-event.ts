export type SseEvent = { id?: string; event?: string; data: string };

/** One event as bytes (WHATWG HTML, 9.2.5). Line ends inside the data become `data:` lines of their own. */
export function encodeSseEvent({ id, event, data }: SseEvent): Buffer {
  const idLine = id === undefined ? '' : `id: ${oneLine(id)}\n`;
  const eventLine = event === undefined ? '' : `event: ${oneLine(event)}\n`;
  const lines = /[\r\n]/.test(data) ? data.split(/\r\n|\r|\n/).join('\ndata: ') : data;
  return Buffer.from(`${idLine}${eventLine}data: ${lines}\n\n`);
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}
