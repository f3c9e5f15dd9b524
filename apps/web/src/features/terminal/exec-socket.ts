import type { ExecControl } from '@pilothouse/contract';

/** First byte of a binary frame. */
const channel = { stdin: 0, stdout: 1, stderr: 2 } as const;

export type ExecHandlers = {
  output(bytes: Uint8Array): void;
  control(message: ExecControl): void;
  closed(reason: string): void;
};
export type ExecSocket = {
  write(data: string | Uint8Array): void;
  resize(columns: number, rows: number): void;
  close(): void;
};

/** The two-way stream of `/ws/exec`: bytes in binary frames, control messages in text frames. */
export function openExecSocket(url: string, handlers: ExecHandlers): ExecSocket {
  const address = new URL(url, location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address.href);
  socket.binaryType = 'arraybuffer';
  const encoder = new TextEncoder();
  let size: { columns: number; rows: number } | undefined;
  const control = (message: ExecControl) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  socket.onopen = () => size && control({ type: 'resize', ...size });
  socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
    if (typeof event.data === 'string') {
      handlers.control(JSON.parse(event.data) as ExecControl);
      return;
    }
    const frame = new Uint8Array(event.data);
    if (frame[0] === channel.stdout || frame[0] === channel.stderr) handlers.output(frame.subarray(1));
  };
  socket.onclose = (event) => handlers.closed(event.reason);
  return {
    write(data) {
      if (socket.readyState !== WebSocket.OPEN) return;
      const bytes = typeof data === 'string' ? encoder.encode(data) : data;
      const frame = new Uint8Array(bytes.length + 1);
      frame[0] = channel.stdin;
      frame.set(bytes, 1);
      socket.send(frame);
    },
    resize(columns, rows) {
      size = { columns, rows };
      control({ type: 'resize', columns, rows });
    },
    close: () => socket.close(),
  };
}
