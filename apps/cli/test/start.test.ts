import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram, startProgram } from './run-program.ts';

const bin = new URL('../bin/pilothouse.mjs', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'pilothouse-start-'));
const env = { HOME: home, PILOTHOUSE_DATA: join(home, 'data') };
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('start', () => {
  it('runs a local server that this tool then needs no login for, and ends it in order', async () => {
    const server = startProgram(process.execPath, [bin, 'start', '--local', '--port', '0', '--log-level', 'info'], {
      env,
    });
    await server.prints(/http:\/\/127\.0\.0\.1:\d+\/sign-in#token=\S+/, 'stderr');
    const me = await runProgram(process.execPath, [bin, 'whoami'], { env });
    expect(me).toMatchObject({ code: 0, stdout: expect.stringContaining('local mode') });
    const login = await runProgram(process.execPath, [bin, 'login'], { env });
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('needs no login') });
    const finished = await server.stop('SIGINT');
    expect(finished.stdout).toContain('server stopped');
    expect(finished.code).toBe(0);
    expect((await runProgram(process.execPath, [bin, 'whoami'], { env })).code).toBeGreaterThan(0);
  });

  it('passes SIGTERM on', async () => {
    const server = startProgram(process.execPath, [bin, 'start', '--local', '--port', '0'], { env });
    await server.prints('sign-in#token', 'stderr');
    expect(await server.stop('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('ends with the code of the server: a wrong option is 2, a taken port is named', async () => {
    const wrong = await runProgram(process.execPath, [bin, 'start', '--no-such-option'], { env });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--no-such-option') });
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const taken = await runProgram(process.execPath, [bin, 'start', '--local', '--port', port], { env });
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(`Port ${port} on 127.0.0.1 is taken`);
    holder.close();
  });
});
