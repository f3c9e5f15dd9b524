import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@pilothouse/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeDatabases } from '../database/test-databases.ts';
import { resealAll } from './reseal.ts';
import { addSealKey, checkSealKeys, dropOldSealKeys, loadSealKeys } from './seal-keys.ts';
import { createSealer, type SealKey } from './sealer.ts';

declare module '../database/tables.ts' {
  interface Tables {
    test_secrets: { id: string; sealed: string | null };
  }
}

const key = (id: string): SealKey => ({ id, bytes: randomBytes(32) });
const place = { table: 'test_secrets', column: 'sealed', id: '1' };

describe('a sealer', () => {
  const old = key('old');
  const sealer = createSealer([old]);

  it('opens what it sealed, whatever it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const envelope = sealer.seal(bytes, place);
        expect([...sealer.open(envelope, place)]).toEqual([...bytes]);
        expect(envelope).toMatch(/^sealed\.1\.old\.[\w-]{16}\.[\w-]+$/);
      }),
    );
    expect(sealer.openText(sealer.seal('Schlüssel 🔑', place), place)).toBe('Schlüssel 🔑');
    expect(sealer.seal('same', place)).not.toBe(sealer.seal('same', place));
  });

  it('opens nothing that was changed in any letter', () => {
    const envelope = sealer.seal('secret', place);
    fc.assert(
      fc.property(fc.nat({ max: envelope.length - 1 }), fc.constantFrom(...'aZ0_.'), (at, letter) => {
        const changed = envelope.slice(0, at) + letter + envelope.slice(at + 1);
        fc.pre(
          Buffer.from(changed.split('.')[4] ?? '', 'base64url').compare(
            Buffer.from(envelope.split('.')[4] ?? '', 'base64url'),
          ) !== 0 || changed.split('.').slice(0, 4).join() !== envelope.split('.').slice(0, 4).join(),
        );
        expect(() => sealer.open(changed, place)).toThrow();
      }),
    );
  });

  it.each([
    { ...place, id: '2' },
    { ...place, column: 'other' },
    { ...place, table: 'others' },
  ])('opens nothing in another place: %o', (elsewhere) => {
    expect(() => sealer.open(sealer.seal('secret', place), elsewhere)).toThrow('was changed, or belongs elsewhere');
  });

  it('opens what any of its keys sealed and seals with the first', () => {
    const both = createSealer([key('new'), old]);
    const before = sealer.seal('secret', place);
    expect(both.openText(before, place)).toBe('secret');
    expect(both.isCurrent(before)).toBe(false);
    expect(both.isCurrent(both.seal('secret', place))).toBe(true);
    expect(() => createSealer([key('other')]).open(before, place)).toThrow('the key old, which is not here');
    expect(() => createSealer([key('old')]).open(before, place)).toThrow('was changed');
  });
});

describe('the key file', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'pilothouse-keys-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('is made once, for its owner only', () => {
    const [first] = loadSealKeys({ sealKeys: [], data });
    expect(statSync(join(data, 'seal-keys')).mode & 0o777).toBe(0o600);
    expect(loadSealKeys({ sealKeys: [], data })).toEqual([first]);
    expect(first?.bytes.length).toBe(32);
  });

  it('gets new keys in front and loses the old ones', () => {
    const [old] = loadSealKeys({ sealKeys: [], data });
    const added = addSealKey(data);
    expect(loadSealKeys({ sealKeys: [], data })).toEqual([added, old]);
    dropOldSealKeys(data);
    expect(loadSealKeys({ sealKeys: [], data })).toEqual([added]);
    expect(statSync(join(data, 'seal-keys')).mode & 0o777).toBe(0o600);
  });

  it('is refused when damaged, and not read when the configuration has keys', () => {
    const configured = `env:${randomBytes(32).toString('base64')}`;
    expect(loadSealKeys({ sealKeys: [configured], data })).toMatchObject([{ id: 'env' }]);
    expect(() => statSync(join(data, 'seal-keys'))).toThrow();
    writeFileSync(join(data, 'seal-keys'), 'k1:c2hvcnQ=\n');
    chmodSync(join(data, 'seal-keys'), 0o600);
    expect(() => loadSealKeys({ sealKeys: [], data })).toThrow('is damaged');
    expect(readFileSync(join(data, 'seal-keys'), 'utf8')).toBe('k1:c2hvcnQ=\n');
  });
});

const secrets = {
  id: '9999-test-secrets',
  phase: 'expand',
  statements: ({ text }: { text: string }) => [
    `create table if not exists test_secrets (id ${text} primary key, sealed ${text})`,
  ],
} as const;

describeDatabases(
  'keys and a database',
  (use) => {
    it('agree, or the server does not start', async () => {
      const { database } = use();
      const [first, second] = [key('a'), key('b')];
      await checkSealKeys(database, [first], systemClock);
      await checkSealKeys(database, [second, first], systemClock);
      await checkSealKeys(database, [second], systemClock);
      await expect(checkSealKeys(database, [key('a')], systemClock)).rejects.toMatchObject({
        code: 'invalid_config',
        message: expect.stringContaining('is not the one'),
      });
      await expect(checkSealKeys(database, [key('c')], systemClock)).rejects.toMatchObject({
        message: expect.stringContaining('no such key is here'),
      });
    });

    it('rotate: every secret is sealed anew and opens without the old key', async () => {
      const { database } = use();
      const [old, fresh] = [key('old'), key('fresh')];
      const before = createSealer([old]);
      await database.transaction(async (tx) => {
        for (let index = 0; index < 450; index += 1) {
          const id = `s${index}`;
          const sealed = index % 50 === 0 ? null : before.seal(`secret ${index}`, { ...place, id });
          await tx.insertInto('test_secrets').values({ id, sealed }).execute();
        }
      });
      const columns = [{ table: 'test_secrets', idColumn: 'id', column: 'sealed' }];
      expect(await resealAll(database, createSealer([fresh, old]), columns)).toBe(441);
      expect(await resealAll(database, createSealer([fresh, old]), columns)).toBe(0);
      const after = createSealer([fresh]);
      const rows = await database.reader
        .selectFrom('test_secrets')
        .selectAll()
        .where('sealed', 'is not', null)
        .execute();
      for (const { id, sealed } of rows)
        expect(after.openText(sealed ?? '', { ...place, id })).toBe(`secret ${id.slice(1)}`);
    });
  },
  { extraMigrations: [secrets] },
);
