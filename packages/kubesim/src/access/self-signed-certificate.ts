import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export type ServingCertificate = { key: string; certificate: string };

/**
 * A fresh self-signed serving certificate (ECDSA P-256, PEM) for loopback addresses and `localhost`. It signs itself and is its own
 * authority, so a kubeconfig trusts it by naming it. Valid from a day ago for `days`. X.509 v3, RFC 5280, in DER.
 */
export function selfSignedCertificate(how: { now: number; days?: number }): ServingCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 86_400_000;
  const name = sequence(set(sequence(objectId('550403'), text('kubesim'))));
  const algorithm = sequence(objectId('2a8648ce3d040302')); // ecdsa-with-SHA256
  const names = sequence(
    tagged(0x82, Buffer.from('localhost')),
    tagged(0x82, Buffer.from('kubernetes.default.svc')),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
    tagged(0x87, Buffer.from('00000000000000000000000000000001', 'hex')),
  );
  const extensions = sequence(
    extension('551d13', sequence(boolean(true)), true), // basicConstraints: CA
    extension('551d11', names), // subjectAltName
  );
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(how.now - day), time(how.now + (how.days ?? 365) * day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString('base64').replace(/(.{64})/g, '$1\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.trimEnd()}\n-----END CERTIFICATE-----\n`,
  };
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 256 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 255]);
  return Buffer.concat([Buffer.from([tag]), size, content]);
}

const sequence = (...parts: readonly Buffer[]) => tagged(0x30, Buffer.concat(parts));
const set = (...parts: readonly Buffer[]) => tagged(0x31, Buffer.concat(parts));
const integer = (bytes: Buffer) => tagged(0x02, bytes);
const boolean = (value: boolean) => tagged(0x01, Buffer.from([value ? 255 : 0]));
const objectId = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
const text = (value: string) => tagged(0x0c, Buffer.from(value));

function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return tagged(0x18, Buffer.from(`${digits}Z`)); // GeneralizedTime
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), tagged(0x04, value));
}
