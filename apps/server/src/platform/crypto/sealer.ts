import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Where a secret lives. It is bound to the place: moved to another row or column it does not open. */
export type SealedPlace = { readonly table: string; readonly column: string; readonly id: string };

export type SealKey = { readonly id: string; readonly bytes: Buffer };

/** Seals secrets before they reach a store (AES-256-GCM; the envelope names its key). */
export type Sealer = {
  /** Gives `sealed.1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url. */
  seal(secret: string | Uint8Array, place: SealedPlace): string;
  /** Throws when the envelope was changed, belongs to another place, or its key is not known. */
  open(envelope: string, place: SealedPlace): Buffer;
  openText(envelope: string, place: SealedPlace): string;
  /** Whether the envelope is sealed with the key that new envelopes are sealed with. */
  isCurrent(envelope: string): boolean;
  readonly activeKeyId: string;
};

/** A column of envelopes. Every module names its own, so that a key rotation finds all of them. */
export type SealedColumn = { readonly table: string; readonly idColumn: string; readonly column: string };

const prefix = 'sealed.1';
const nonceLength = 12;
const tagLength = 16;

/** The first key seals; all of them open. */
export function createSealer(keys: readonly SealKey[]): Sealer {
  const [active] = keys;
  if (!active) throw new Error('There is no key to seal with.');
  const byId = new Map(keys.map((key) => [key.id, key.bytes]));

  function open(envelope: string, place: SealedPlace): Buffer {
    const { keyId, nonce, sealed } = parseEnvelope(envelope);
    const key = byId.get(keyId);
    if (!key) throw new Error(`The secret in ${placeText(place)} is sealed with the key ${keyId}, which is not here.`);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
    decipher.setAAD(boundTo(keyId, place));
    decipher.setAuthTag(sealed.subarray(-tagLength));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -tagLength)), decipher.final()]);
    } catch (cause) {
      throw new Error(`The secret in ${placeText(place)} was changed, or belongs elsewhere.`, { cause });
    }
  }

  return {
    activeKeyId: active.id,
    seal(secret, place) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', active.bytes, nonce, { authTagLength: tagLength });
      cipher.setAAD(boundTo(active.id, place));
      const sealed = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
      return `${prefix}.${active.id}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },
    open,
    openText: (envelope, place) => open(envelope, place).toString('utf8'),
    isCurrent: (envelope) => parseEnvelope(envelope).keyId === active.id,
  };
}

function parseEnvelope(envelope: string): { keyId: string; nonce: Buffer; sealed: Buffer } {
  const [, keyId, nonceText, sealedText] = /^sealed\.1\.([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(envelope) ?? [];
  const nonce = Buffer.from(nonceText ?? '', 'base64url');
  const sealed = Buffer.from(sealedText ?? '', 'base64url');
  if (!keyId || nonce.length !== nonceLength || sealed.length < tagLength) throw new Error('This is no sealed secret.');
  return { keyId, nonce, sealed };
}

function boundTo(keyId: string, place: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([prefix, keyId, place.table, place.column, place.id]));
}

function placeText({ table, column, id }: SealedPlace): string {
  return `${table}.${column} of ${id}`;
}
