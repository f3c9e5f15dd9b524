import type { RawData } from 'ws';

export type ExecMessage =
  | { type: 'input'; bytes: Buffer }
  | { type: 'resize'; columns: number; rows: number }
  | { type: 'end-input' };

/** What a browser may send: binary frames on channel 0, and the control messages of a client. Undefined for anything else. */
export function parseExecMessage(data: RawData, isBinary: boolean): ExecMessage | undefined {
  const bytes = bytesOf(data);
  if (isBinary) return bytes[0] === 0 ? { type: 'input', bytes: bytes.subarray(1) } : undefined;
  if (bytes.length > 1000) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, columns, rows } = message as Record<string, unknown>;
  if (type === 'end-input') return { type };
  if (type === 'resize' && isSize(columns) && isSize(rows)) return { type, columns, rows };
  return undefined;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 10_000;
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
