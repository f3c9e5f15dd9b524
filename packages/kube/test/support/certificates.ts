import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate with its key, both PEM. */
export type Certificate = { certificate: string; key: string };
export type Authority = Certificate & { issue(options?: IssueOptions): Certificate };
export type IssueOptions = {
  /** Common name; for a client certificate the user. */
  name?: string;
  /** Groups of a client certificate. */
  organizations?: readonly string[];
  /** DNS names and addresses of a server (default localhost and 127.0.0.1). */
  hosts?: readonly string[];
  notBefore?: Date;
  notAfter?: Date;
};

const day = 24 * 60 * 60_000;

/** A throw-away certificate authority, written as DER by hand (RFC 5280) so that tests need no openssl. */
export function createAuthority(name = 'Test authority'): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = distinguishedName(name, []);
  const own = { subject, issuer: subject, publicKey, signer: privateKey, isAuthority: true, hosts: [] };
  return {
    certificate: certificateOf({ ...own, notBefore: past(), notAfter: future() }),
    key: pemKey(privateKey),
    issue({
      name: common = 'localhost',
      organizations = [],
      hosts = ['localhost', '127.0.0.1'],
      notBefore,
      notAfter,
    } = {}) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const certificate = certificateOf({
        subject: distinguishedName(common, organizations),
        issuer: subject,
        publicKey: pair.publicKey,
        signer: privateKey,
        isAuthority: false,
        hosts,
        notBefore: notBefore ?? past(),
        notAfter: notAfter ?? future(),
      });
      return { certificate, key: pemKey(pair.privateKey) };
    },
  };
}

const past = (): Date => new Date(Date.now() - day);
const future = (): Date => new Date(Date.now() + 30 * day);

type Facts = {
  subject: Buffer;
  issuer: Buffer;
  publicKey: KeyObject;
  signer: KeyObject;
  isAuthority: boolean;
  hosts: readonly string[];
  notBefore: Date;
  notAfter: Date;
};

function certificateOf(facts: Facts): string {
  const algorithm = sequence(identifier('1.2.840.10045.4.3.2'));
  const extensions = [
    extension('2.5.29.19', sequence(...(facts.isAuthority ? [tagged(0x01, Buffer.from([0xff]))] : []))),
  ];
  if (facts.hosts.length > 0) extensions.push(extension('2.5.29.17', sequence(...facts.hosts.map(alternativeName))));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    facts.issuer,
    sequence(time(facts.notBefore), time(facts.notAfter)),
    facts.subject,
    facts.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, { key: facts.signer, dsaEncoding: 'der' });
  return pem('CERTIFICATE', sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature]))));
}

function tagged(tag: number, content: Buffer): Buffer {
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function identifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function distinguishedName(common: string, organizations: readonly string[]): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    tagged(0x31, sequence(identifier(type), tagged(0x0c, Buffer.from(value))));
  return sequence(...organizations.map((each) => attribute('2.5.4.10', each)), attribute('2.5.4.3', common));
}

function time(date: Date): Buffer {
  const text = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return tagged(0x18, Buffer.from(text));
}

function extension(type: string, value: Buffer): Buffer {
  return sequence(identifier(type), tagged(0x04, value));
}

function alternativeName(host: string): Buffer {
  return isIPv4(host) ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host));
}

function pemKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
