import { describe, expect, it } from 'vitest';
import { configReference } from './config-reference.ts';
import { configSchema } from './config-schema.ts';
import { parseConfig } from './parse-config.ts';

const files: Record<string, string> = {
  '/good.yaml': 'port: 1\nhost: 127.0.0.2\nallowedHosts: [a.example, b.example]\n',
  '/bad.yaml': 'port: x\nprot: 1\n',
  '/list.yaml': '- 1\n',
};

function parse(argv: string[] = [], env: Record<string, string> = {}) {
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error('no such file');
    return text;
  };
  return parseConfig({ argv, env, readFile });
}

async function faults(argv: string[], env: Record<string, string> = {}): Promise<string[]> {
  const error = await parse(argv, env).then(
    () => undefined,
    (thrown: { code: string; details: { pointer: string; message: string }[] }) => thrown,
  );
  expect(error?.code).toBe('invalid_config');
  return (error?.details ?? []).map(({ pointer, message }) => `${pointer} ${message}`);
}

describe('the configuration', () => {
  it('has a default for everything that needs one', async () => {
    const { config } = await parse();
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      local: false,
      roles: ['api', 'worker'],
      logLevel: 'info',
    });
  });

  it('lets a flag win over the environment and that over the file', async () => {
    const { config } = await parse(['--config=/good.yaml', '--port', '3'], {
      PILOTHOUSE_PORT: '2',
      PILOTHOUSE_HOST: '::1',
    });
    expect(config).toMatchObject({ port: 3, host: '::1', allowedHosts: ['a.example', 'b.example'] });
  });

  it('reads lists, booleans, aliases and words', async () => {
    const { config, words } = await parse(['serve', '--local', '--roles=api, worker'], {
      DATABASE_URL: 'postgres://x/y',
    });
    expect(config).toMatchObject({ local: true, roles: ['api', 'worker'], databaseUrl: 'postgres://x/y' });
    expect(words).toEqual(['serve']);
  });

  it('reports every fault together, each by the name it was given under', async () => {
    expect(
      await faults(['--prot', '--port=99999', '--log-level=loud', '--local=maybe'], {
        PILOTHOUSE_TRUSTED_PROXIES: '',
        DATABASE_URL: 'mysql://x',
      }),
    ).toEqual([
      '--prot is no flag',
      '--port must be <= 65535',
      'DATABASE_URL must match pattern "^postgres(ql)?://"',
      '--local must be boolean',
      '--log-level must be equal to one of the allowed values: debug, info, warn, error',
    ]);
  });

  it('names the file and the key of a fault in a file', async () => {
    expect(await faults(['--config', '/bad.yaml'])).toEqual([
      '/bad.yaml: prot is no key of the configuration',
      '/bad.yaml: port must be integer',
    ]);
    expect(await faults(['--config', '/list.yaml'])).toEqual(['/list.yaml is not a list of keys and values']);
    expect(await faults(['--config', '/none.yaml'])).toEqual(['/none.yaml cannot be read: no such file']);
    expect(await faults(['--port'])).toEqual(['--port needs a value']);
  });

  it.each([
    [['--local', '--host=0.0.0.0'], '--host must be a loopback address in local mode, not 0.0.0.0'],
    [['--tls-key=/k'], '--tls-key is only half of the pair tlsCertificate and tlsKey'],
    [['--admin-password-file=/p'], '--admin-password-file needs adminEmail too'],
    [['--roles=api'], '--roles can be split only with PostgreSQL (databaseUrl): SQLite belongs to one process'],
    [['--trusted-proxies=10.0.0.0/33'], '--trusted-proxies 10.0.0.0/33 is no address or network (CIDR)'],
    [['--seal-keys=a:c2hvcnQ='], '--seal-keys must be `id:base64 of 32 bytes`, several separated by commas'],
  ])('refuses keys that contradict each other: %s', async (argv, fault) => {
    expect(await faults(argv)).toEqual([fault]);
  });

  it('documents every key', () => {
    const reference = configReference();
    for (const [key, schema] of Object.entries(configSchema.properties)) {
      expect((schema as { description?: string }).description, key).toMatch(/^[A-Z`].*\.$/s);
      expect(reference).toContain(`## \`${key}\``);
    }
  });
});
