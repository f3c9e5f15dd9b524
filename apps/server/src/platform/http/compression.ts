import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';

const gzipAsync = promisify(gzip);
const zstdAsync = promisify(zstdCompress);

const worthwhile = 2048;

export type Compressed = { body: Buffer; encoding: 'zstd' | 'gzip' };

/** Compresses a body off the main thread when it is large enough and its reader can read it. */
export async function compress(
  body: string | Buffer,
  acceptEncoding: string | undefined,
): Promise<Compressed | undefined> {
  if (body.length < worthwhile || acceptEncoding === undefined) return undefined;
  const accepted = acceptedEncodings(acceptEncoding);
  if (accepted.has('zstd'))
    return { body: await zstdAsync(body, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }), encoding: 'zstd' };
  if (accepted.has('gzip')) return { body: await gzipAsync(body, { level: 5 }), encoding: 'gzip' };
  return undefined;
}

/** RFC 9110, 12.5.3, without preferences: what is not refused by `q=0` is accepted. */
export function acceptedEncodings(header: string): ReadonlySet<string> {
  const accepted = new Set<string>();
  for (const part of header.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    if (name !== '' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) accepted.add(name);
  }
  return accepted;
}
