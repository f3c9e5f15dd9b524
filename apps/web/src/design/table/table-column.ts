import type { ReactNode } from 'react';

export type DataColumn<Row> = {
  id: string;
  label: string;
  description?: string | undefined;
  /** Pixels, until the person drags it wider or narrower. */
  width: number;
  /** Takes the room that is left. */
  grow?: boolean;
  align?: 'end';
  sortable?: boolean;
  /** Index into the row's cells, for marking what changed. */
  cell?: number;
  render(row: Row): ReactNode;
};

export type Sort = { id: string; descending: boolean };

/** `-age` and back. */
export function parseSort(text: string | undefined): Sort | undefined {
  if (!text) return undefined;
  return text.startsWith('-') ? { id: text.slice(1), descending: true } : { id: text, descending: false };
}

export function formatSort({ id, descending }: Sort): string {
  return descending ? `-${id}` : id;
}

/** First click ascending, second descending, third back to the table's own order. */
export function nextSort(current: Sort | undefined, id: string): Sort | undefined {
  if (current?.id !== id) return { id, descending: false };
  return current.descending ? undefined : { id, descending: true };
}
