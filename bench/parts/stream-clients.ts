import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/**
 * Run as a process: `stream-clients.ts URL COUNT NUMBERS FILE AUTHORIZATION` opens COUNT streams of one URL and looks for marks
 * `~number.milliseconds~` in what arrives, without parsing it. On a line `stop` it prints how many each client saw and writes, for every
 * tenth client, how many milliseconds after its mark each number arrived (NaN: never) as 32-bit floats.
 */
const [address = '', count = '1', numbers = '0', file = '', authorization = ''] = process.argv.slice(2);
const { hostname, port, pathname, search, host } = new URL(address);
const most = Number(numbers);

type Client = { socket: Socket; seen: Uint8Array; delays: Float32Array | undefined; rest: string };

const clients: Client[] = [];
const mark = /~(\d+)\.(\d+(?:\.\d+)?)~/g;

function take(client: Client, chunk: Buffer): void {
  const now = performance.timeOrigin + performance.now();
  const text = client.rest + chunk.toString('latin1');
  let end = 0;
  for (const match of text.matchAll(mark)) {
    const number = Number(match[1]);
    if (number < most && !client.seen[number]) {
      client.seen[number] = 1;
      if (client.delays) client.delays[number] = now - Number(match[2]);
    }
    end = match.index + match[0].length;
  }
  client.rest = text.slice(Math.max(end, text.length - 40));
}

function open(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      const auth = authorization ? `authorization: ${authorization}\r\n` : '';
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${auth}accept: */*\r\n\r\n`);
    });
    const delays = index % 10 === 0 ? new Float32Array(most).fill(Number.NaN) : undefined;
    const client: Client = { socket, seen: new Uint8Array(most), delays, rest: '' };
    clients.push(client);
    socket.once('data', (first: Buffer) => {
      const head = first.toString('latin1').slice(0, 500);
      if (head.startsWith('HTTP/1.1 200')) resolve();
      else reject(new Error(head));
    });
    socket.on('data', (chunk: Buffer) => take(client, chunk));
    socket.once('error', reject);
  });
}

for (let index = 0; index < Number(count); index += 1) await open(index);
console.log('open');
process.stdin.once('data', () => {
  const delays = clients.flatMap((client) => client.delays ?? []);
  writeFileSync(file, Buffer.concat(delays.map((each) => Buffer.from(each.buffer))));
  console.log(JSON.stringify(clients.map((client) => client.seen.reduce((sum, each) => sum + each, 0))));
  process.exit(0);
});
