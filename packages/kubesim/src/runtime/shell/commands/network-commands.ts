import type { CommandCall, CommandFunction } from '../shell-state.ts';
import { optionsOf } from './command-options.ts';

/** Programs that reach for the cluster's Services by name. */
export const networkCommands: Readonly<Record<string, CommandFunction>> = {
  async nslookup({ args, world, io }) {
    const name = args.find((arg) => !arg.startsWith('-')) ?? '';
    const found = world.resolve(name);
    await io.stdout.write('Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n');
    if (found === undefined) {
      await io.stdout.write(`** server can't find ${name}: NXDOMAIN\n\n`);
      return 1;
    }
    await io.stdout.write(`Name:\t${name}\nAddress: ${found.address}\n\n`);
    return 0;
  },
  async getent({ args, world, io }) {
    const found = world.resolve(args[1] ?? '');
    if (found === undefined) return 2;
    await io.stdout.write(`${found.address.padEnd(15)} ${args[1]}\n`);
    return 0;
  },
  wget: (call) => fetchUrl(call, optionsOf(call.args, 'OT').rest),
  curl: (call) => fetchUrl(call, optionsOf(call.args, 'omHXdw').rest),
  async nc({ args, world, io }) {
    const { rest } = optionsOf(args, 'w');
    const [host = '', port = ''] = rest;
    const found = world.resolve(host);
    if (found === undefined) {
      await io.stderr.write(`nc: bad address '${host}'\n`);
      return 1;
    }
    return found.ready && found.ports.includes(Number(port)) ? 0 : 1;
  },
};

async function fetchUrl({ name, world, io }: CommandCall, rest: readonly string[]): Promise<number> {
  const target = rest[0] ?? '';
  const parts = /^(?:(https?):\/\/)?([^/:]+)(?::(\d+))?(\/.*)?$/.exec(target);
  const [, scheme = 'http', host = '', given, path = '/'] = parts ?? [];
  const port = Number(given ?? (scheme === 'https' ? 443 : 80));
  const found = world.resolve(host);
  if (found === undefined) {
    await io.stderr.write(
      name === 'curl' ? `curl: (6) Could not resolve host: ${host}\n` : `wget: bad address '${host}'\n`,
    );
    return name === 'curl' ? 6 : 1;
  }
  if (!found.ready || !found.ports.includes(port)) {
    await world.clock.sleep(120, world.signal).catch(() => {});
    await io.stderr.write(
      name === 'curl'
        ? `curl: (7) Failed to connect to ${host} port ${port} after 1 ms: Could not connect to server\n`
        : `Connecting to ${host} (${found.address}:${port})\nwget: can't connect to remote host (${found.address}): Connection refused\n`,
    );
    return name === 'curl' ? 7 : 1;
  }
  await io.stdout.write(
    /health|ready|live|ping/.test(path) ? 'ok\n' : `${JSON.stringify({ service: host, path, status: 'ok' })}\n`,
  );
  return 0;
}
