import { connect, type Socket } from 'node:net';

export type HttpLoad = {
  url: string;
  headers?: Readonly<Record<string, string>>;
  connections: number;
  milliseconds: number;
};

/** Requests per second of one GET over keep-alive connections, each sending the next request when the last is answered in full. */
export async function measureRequests({ url, headers = {}, connections, milliseconds }: HttpLoad): Promise<number> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(Number(port), hostname)));
  let answered = 0;
  let failure: Error | undefined;
  for (const socket of sockets)
    serve(socket, request, {
      answered: () => {
        answered += 1;
      },
      failed: (error) => {
        failure = error;
      },
    });
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const seconds = (performance.now() - startedAt) / 1000;
  const total = answered;
  for (const socket of sockets) socket.destroy();
  if (failure) throw failure;
  return total / seconds;
}

function open(port: number, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

function serve(socket: Socket, request: Buffer, on: { answered(): void; failed(error: Error): void }): void {
  let left = 0;
  let head = '';
  socket.on('data', (chunk: Buffer) => {
    let from = 0;
    if (left === 0) {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!head.startsWith('HTTP/1.1 200')) return on.failed(new Error(head.slice(0, 300)));
      left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
      from = end + 4 - (head.length - chunk.length);
      head = '';
    }
    left -= chunk.length - from;
    if (left > 0) return;
    left = 0;
    on.answered();
    socket.write(request);
  });
  socket.on('error', on.failed);
  socket.write(request);
}
