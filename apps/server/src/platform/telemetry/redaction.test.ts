import { describe, expect, it } from 'vitest';
import { createPinoLogger } from './pino-logger.ts';

function logged(write: (log: ReturnType<typeof createPinoLogger>) => void) {
  const lines: string[] = [];
  write(createPinoLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }));
  return { text: lines.join(''), lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('writes a JSON line with its message, time and fields', () => {
    const { lines } = logged((log) => log.with({ requestId: 'r1' }).info('thing happened', { clusterId: 'c1' }));
    expect(lines).toEqual([
      {
        level: 'info',
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        requestId: 'r1',
        clusterId: 'c1',
        message: 'thing happened',
      },
    ]);
  });

  it.each([
    ['a password by its name', { password: 'hunter2' }],
    ['a token inside', { user: { accessToken: 'hunter2' } }],
    ['a secret in a list', { users: [{ clientSecret: 'hunter2' }] }],
    ['a kubeconfig', { kubeconfig: 'hunter2' }],
    ['a header', { headers: { Authorization: 'hunter2', cookie: 'hunter2' } }],
    ['bytes', { data: Buffer.from('hunter2') }],
    ['a bearer token in a text', { reason: 'sent Bearer hunter2hunter2 to it' }],
    ['a password in a URL', { url: 'postgres://me:hunter2@db/x' }],
    ['a private key in an error', { error: new Error('bad: -----BEGIN EC PRIVATE KEY-----\nhunter2'), note: '' }],
    ['a JWT', { text: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2' }],
    ['a personal token of ours', { text: 'got ph_hunter2hunter2hunter2x' }],
    ['the cause of an error', { error: new Error('outer', { cause: new Error('at postgres://me:hunter2@db') }) }],
  ])('does not write %s', (_, fields) => {
    const { text } = logged((log) => {
      log.error('it failed', fields);
      log.with(fields).info('again');
    });
    expect(text).not.toContain('hunter2');
  });

  it('keeps what only sounds secret, and shows an error with its stack', () => {
    const { lines } = logged((log) =>
      log.error('it failed', { tokenFile: '/run/token', credentialId: 'c1', error: new TypeError('bad') }),
    );
    expect(lines[0]).toMatchObject({
      tokenFile: '/run/token',
      credentialId: 'c1',
      error: { name: 'TypeError', message: 'bad', stack: expect.stringContaining('redaction.test') },
    });
  });
});
