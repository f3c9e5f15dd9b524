import Type, { type Static } from 'typebox';

export const serverRoles = ['api', 'worker'] as const;
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

function Choice<const Values extends readonly string[]>(
  values: Values,
  options: { default?: Values[number]; description?: string } = {},
) {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], ...options });
}

const List = (description: string, options: { default?: string[] } = {}) =>
  Type.Array(Type.String({ minLength: 1 }), { default: [], ...options, description });

/**
 * Every key of the server's configuration. In the file it has this name, in the environment `PILOTHOUSE_` and its words in capitals, as
 * a flag `--` and its words with dashes. `docs/reference/config.md` is generated from here.
 */
export const configSchema = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      default: '127.0.0.1',
      description: 'Address to listen on. Local mode takes loopback addresses only.',
    }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 8080,
      description: 'Port to listen on; 0 takes a free one.',
    }),
    data: Type.String({
      minLength: 1,
      default: '~/.pilothouse',
      description: 'Folder for the SQLite database and the key file. Made when missing, for this user only.',
    }),
    databaseUrl: Type.Optional(
      Type.String({
        pattern: '^postgres(ql)?://',
        description:
          'A PostgreSQL URL (also read from `DATABASE_URL`). Without one the database is SQLite in the data folder.',
      }),
    ),
    databasePool: Type.Integer({
      minimum: 2,
      maximum: 500,
      default: 10,
      description: 'PostgreSQL connections of this process, at most.',
    }),
    roles: Type.Array(Choice(serverRoles), {
      minItems: 1,
      default: [...serverRoles],
      description:
        '`api` answers requests, `worker` runs consumers, monitors and schedules. Split them only with PostgreSQL.',
    }),
    local: Type.Boolean({
      default: false,
      description:
        'Local mode: loopback only, the machine’s user is the administrator and signs in with a printed link.',
    }),
    simulatedCluster: Type.Boolean({
      default: false,
      description: 'Also run a simulated cluster and register it, to look around with.',
    }),
    allowedHosts: List(
      'Host names this server answers to, besides loopback names and the one of `publicUrl`; `.example.org` means every name below. Any other Host is refused.',
    ),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^/?#]+/?$',
        description:
          'The address people use, for links: `https://pilothouse.example.org`. An `https` one makes cookies Secure.',
      }),
    ),
    trustedProxies: List(
      'Addresses or networks (CIDR) of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.',
    ),
    tlsCertificate: Type.Optional(
      Type.String({ description: 'PEM file of the certificate chain. With it the server speaks HTTPS itself.' }),
    ),
    tlsKey: Type.Optional(Type.String({ description: 'PEM file of the key of `tlsCertificate`.' })),
    sealKeys: List(
      'Keys that secrets are sealed with, `id:base64 of 32 bytes` each; the first seals, all open. Without any, a key file is made in the data folder. Give it in the environment (`PILOTHOUSE_SEAL_KEY` works too), not as a flag.',
    ),
    adminEmail: Type.Optional(
      Type.String({
        pattern: '^[^@\\s]+@[^@\\s]+$',
        description:
          'E-mail address of the first administrator, for an unattended set-up. Read only while there is none.',
      }),
    ),
    adminPasswordFile: Type.Optional(Type.String({ description: 'File with the password of that administrator.' })),
    adminTokenFile: Type.Optional(
      Type.String({
        description:
          'File to write a first personal token of that administrator to (mode 0600). Only written when it is not there yet.',
      }),
    ),
    requestsPerSecond: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 100,
      description:
        'Requests per second that one principal may make on average; it may spend ten seconds’ worth at once.',
    }),
    clusterCheckSeconds: Type.Integer({
      minimum: 5,
      maximum: 3600,
      default: 60,
      description: 'Seconds between two looks at the state of one cluster, give or take a tenth.',
    }),
    connectionLogDays: Type.Integer({
      minimum: 1,
      maximum: 3650,
      default: 30,
      description: 'Days that the changes of a cluster’s connection are kept.',
    }),
    execIdleMinutes: Type.Integer({
      minimum: 1,
      maximum: 1440,
      default: 30,
      description: 'Minutes after which a shell in which nothing is typed or printed is closed.',
    }),
    execHours: Type.Integer({
      minimum: 1,
      maximum: 168,
      default: 8,
      description: 'Hours after which a shell is closed in any case.',
    }),
    eventRetentionDays: Type.Integer({
      minimum: 1,
      maximum: 3650,
      default: 30,
      description: 'Days that events stay in the log. Events a consumer has not read stay longer.',
    }),
    metrics: Choice(['open', 'token'], {
      default: 'token',
      description:
        'Who may read `/metrics`: everyone who reaches the port, or only tokens with the permission `read metrics`.',
    }),
    accessLog: Choice(['off', 'changes', 'all'], {
      default: 'changes',
      description: 'Which requests are logged: none, those that change something, fail or are slow, or all.',
    }),
    logLevel: Choice(logLevels, { default: 'info', description: 'The least serious log lines to write.' }),
  },
  { additionalProperties: false },
);

type Schema = Static<typeof configSchema>;

/** The configuration as the rest of the server reads it. */
export type ServerConfig = Readonly<Schema>;
export type ConfigKey = keyof Schema;

export function environmentName(key: string): string {
  return `PILOTHOUSE_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
