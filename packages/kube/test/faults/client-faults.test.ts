import { gzipSync } from 'node:zlib';
import { createKubeClient } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { answer, clientOf, failure, startServer } from '../support/test-server.ts';

const version = { gitVersion: 'v1.34.0', major: '1', minor: '34' };

describe('a cluster that does not answer well', () => {
  it('and never answers is given up after the time allowed', async () => {
    const client = clientOf(await startServer(() => {}), {}, { request: 200 });
    await expect(client.version()).rejects.toMatchObject({ code: 'cluster_timeout', kind: 'unavailable' });
  });

  it('and sends a byte now and then is given up as well', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    });
    await expect(clientOf(server, {}, { request: 300 }).version()).rejects.toMatchObject({ code: 'cluster_timeout' });
  });

  it('and breaks off in the middle is unreachable', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"gitVersion":');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(clientOf(server).version()).rejects.toMatchObject({ code: 'cluster_unreachable' });
  });

  it.each([
    ['half a JSON', '{"gitVersion":"v1'],
    ['nothing', ''],
    ['HTML', '<html>Please sign in</html>'],
    ['bytes that are no text', Buffer.from([0xff, 0x00, 0xc3, 0x28])],
  ])('and sends %s gives a bad answer', async (_case, body) => {
    const server = await startServer((_request, response) =>
      answer(response, 200, body, { 'content-type': 'text/html' }),
    );
    await expect(clientOf(server).version()).rejects.toMatchObject({ code: 'cluster_bad_answer' });
  });

  it('and is not there is unreachable', async () => {
    await expect(clientOf('http://127.0.0.1:1').version()).rejects.toMatchObject({ code: 'cluster_unreachable' });
    await expect(clientOf('https://no-such-host.invalid').version()).rejects.toMatchObject({
      code: 'cluster_unreachable',
    });
  });

  it('and is no HTTP server gives a bad answer', async () => {
    const server = await startServer((request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await expect(clientOf(server).version()).rejects.toMatchObject({ code: 'cluster_bad_answer' });
  });

  it('and redirects is not followed', async () => {
    let visited = 0;
    const target = await startServer((_request, response) => {
      visited += 1;
      answer(response, 200, version);
    });
    const server = await startServer((_request, response) =>
      answer(response, 302, '', { location: `${target}/version` }),
    );
    await expect(clientOf(server).version()).rejects.toMatchObject({
      code: 'cluster_bad_answer',
      message: expect.stringContaining('redirect'),
    });
    expect(visited).toBe(0);
  });

  it('and sends more than anyone should is cut short', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    let sent = 0;
    const server = await startServer((_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(clientOf(server).getText('/metrics')).rejects.toMatchObject({ code: 'cluster_bad_answer' });
    expect(sent).toBeLessThan(200 * 1024 * 1024);
  });

  it('and sends a small answer that unpacks to a large one is cut short', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    const server = await startServer((_request, response) =>
      answer(response, 200, bomb, { 'content-encoding': 'gzip' }),
    );
    await expect(clientOf(server).getText('/metrics')).rejects.toMatchObject({ code: 'cluster_bad_answer' });
  });

  it('and fails with a page of markup and escapes is quoted in one harmless line', async () => {
    const server = await startServer((_request, response) =>
      answer(response, 502, `\u001b[31m<h1>Bad\n\r gateway</h1>\u0007\u202e${'x'.repeat(1_000_000)}`, {
        'content-type': 'text/html',
      }),
    );
    const error = await clientOf(server)
      .version()
      .catch((each: Error) => each);
    expect(error).toMatchObject({ code: 'cluster_error', extra: { status: 502 } });
    const { message } = error as Error;
    expect(message.length).toBeLessThan(2100);
    expect(message).toMatch(/^\[31m<h1>Bad gateway<\/h1> x+…$/);
  });
});

describe('a cluster that refuses', () => {
  it.each([
    [400, 'BadRequest', 'invalid_input'],
    [401, 'Unauthorized', 'cluster_unauthorized'],
    [403, 'Forbidden', 'cluster_denied'],
    [404, 'NotFound', 'not_found'],
    [405, 'MethodNotAllowed', 'cluster_error'],
    [409, 'Conflict', 'version_conflict'],
    [409, 'AlreadyExists', 'already_exists'],
    [410, 'Expired', 'gone'],
    [422, 'Invalid', 'invalid_input'],
    [429, 'TooManyRequests', 'cluster_busy'],
    [500, 'InternalError', 'cluster_error'],
    [503, 'ServiceUnavailable', 'cluster_busy'],
    [504, 'Timeout', 'cluster_timeout'],
  ])('with %i %s is reported as %s in its own words', async (status, reason, code) => {
    const server = await startServer((_request, response) =>
      answer(response, status, failure(status, reason, 'these are my words'), { 'retry-after': '7' }),
    );
    await expect(clientOf(server).version()).rejects.toMatchObject({
      code,
      message: expect.stringContaining('these are my words'),
      retryAfterSeconds: [429, 503].includes(status) ? 7 : expect.anything(),
      extra: { status, reason },
    });
  });

  it('a token makes a token source give another one, once', async () => {
    const seen: (string | undefined)[] = [];
    const server = await startServer((request, response) => {
      seen.push(request.headers.authorization);
      if (request.headers.authorization === 'Bearer new') answer(response, 200, version);
      else answer(response, 401, failure(401, 'Unauthorized', 'Unauthorized'));
    });
    const token = async ({ refresh }: { refresh: boolean }): Promise<string> => (refresh ? 'new' : 'old');
    expect(await clientOf(server, { credentials: { type: 'token-source', token } }).version()).toEqual(version);
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
    const stale = async (): Promise<string> => 'old';
    const client = clientOf(server, { credentials: { type: 'token-source', token: stale } });
    await expect(client.version()).rejects.toMatchObject({ code: 'cluster_unauthorized' });
    expect(seen).toHaveLength(4);
  });
});

describe('TLS', () => {
  const authority = createAuthority();
  const day = 24 * 60 * 60_000;
  const good = authority.issue();

  async function ask(issued = good, connection: Parameters<typeof clientOf>[1] = {}) {
    const server = await startServer((_request, response) => answer(response, 200, version), issued);
    return clientOf(server, { certificateAuthority: authority.certificate, ...connection }).version();
  }

  it('holds with the right authority', async () => {
    expect(await ask()).toEqual(version);
  });

  it.each([
    ['an expired certificate', authority.issue({ notAfter: new Date(Date.now() - day) }), 'expired'],
    ['a certificate of tomorrow', authority.issue({ notBefore: new Date(Date.now() + day) }), 'not valid yet'],
    ['a certificate of another authority', createAuthority().issue(), 'authority'],
    ['a certificate of another host', authority.issue({ hosts: ['other.example.com'] }), 'altnames'],
  ])('fails with %s', async (_case, issued, words) => {
    await expect(ask(issued)).rejects.toMatchObject({ code: 'cluster_tls', message: expect.stringContaining(words) });
  });

  it('fails without the authority, and holds without one only when told so', async () => {
    const server = await startServer((_request, response) => answer(response, 200, version), good);
    await expect(clientOf(server).version()).rejects.toMatchObject({ code: 'cluster_tls' });
    expect(await clientOf(server, { insecureSkipTlsVerify: true }).version()).toEqual(version);
  });

  it('checks the name that the connection gives in place of the host', async () => {
    const issued = authority.issue({ hosts: ['api.example.com'] });
    expect(await ask(issued, { tlsServerName: 'api.example.com' })).toEqual(version);
  });

  it('fails against a plain server', async () => {
    const plain = await startServer((_request, response) => answer(response, 200, version));
    await expect(clientOf(plain.replace('http:', 'https:')).version()).rejects.toMatchObject({ code: 'cluster_tls' });
  });
});

describe('addresses', () => {
  const none = { type: 'none' } as const;

  it.each([
    'https://127.0.0.1:6443',
    'https://127.8.9.10',
    'https://2130706433',
    'https://0x7f.1',
    'https://0.0.0.0',
    'https://[::1]:6443',
    'https://[::]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:a9fe:a9fe]',
    'https://[64:ff9b::7f00:1]',
    'https://[2002:7f00:1::]',
    'https://[fe80::1]',
    'https://169.254.169.254',
    'https://100.100.100.200',
    'https://[fd00:ec2::254]',
    'https://224.0.0.1',
  ])('%s is refused at once', (server) => {
    expect(() => createKubeClient({ server, credentials: none, addresses: 'public' })).toThrow(
      expect.objectContaining({ code: 'address_refused' }),
    );
  });

  it('of a name are checked when it resolves, for requests and for exec', async () => {
    let visited = 0;
    const server = await startServer(() => {
      visited += 1;
    });
    const client = clientOf(server.replace('127.0.0.1', 'localhost'), { addresses: 'public' });
    await expect(client.version()).rejects.toMatchObject({ code: 'address_refused' });
    const exec = client.exec({ namespace: 'a', pod: 'b', command: ['c'], tty: false, stdin: false });
    await expect(exec).rejects.toMatchObject({ code: 'address_refused' });
    expect(visited).toBe(0);
  });

  it('of private networks are where clusters live', () => {
    for (const server of ['https://10.1.2.3', 'https://192.168.1.2:6443', 'https://[fd12::1]', 'https://203.0.113.7']) {
      expect(() => createKubeClient({ server, credentials: none, addresses: 'public' })).not.toThrow();
    }
  });
});

describe('a request', () => {
  it('cannot leave its path by a name', async () => {
    const paths: (string | undefined)[] = [];
    const server = await startServer((request, response) => {
      paths.push(request.url);
      answer(response, 200, { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'x' } });
    });
    const pods = {
      group: '',
      version: 'v1',
      plural: 'pods',
      singular: 'pod',
      kind: 'Pod',
      namespaced: true,
      verbs: [],
      shortNames: [],
      categories: [],
      subresources: [],
    };
    const client = clientOf(server);
    for (const name of ['..', '../secrets/x', 'a/b', 'a\\b', '']) {
      await expect(client.get({ type: pods, namespace: 'shop', name })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
    await client.get({ type: pods, namespace: 'shop', name: 'a?b#c%2f' });
    expect(paths).toEqual(['/api/v1/namespaces/shop/pods/a%3Fb%23c%252f']);
  });

  it('is never sent as ourselves when the user to act as is empty', async () => {
    let visited = 0;
    const server = await startServer((_request, response) => {
      visited += 1;
      answer(response, 200, version);
    });
    const client = clientOf(server, { impersonate: { user: '', groups: [] } });
    await expect(client.version()).rejects.toMatchObject({ code: 'invalid_input' });
    expect(visited).toBe(0);
  });

  it('names the user to act as with each group', async () => {
    let headers: Record<string, unknown> = {};
    const server = await startServer((request, response) => {
      headers = { user: request.headers['impersonate-user'], groups: request.headersDistinct['impersonate-group'] };
      answer(response, 200, version);
    });
    await clientOf(server, { impersonate: { user: 'ada', groups: ['dev', 'ops'] } }).version();
    expect(headers).toEqual({ user: 'ada', groups: ['dev', 'ops'] });
  });
});
