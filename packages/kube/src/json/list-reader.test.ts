import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readList } from './list-reader.ts';
import { objectText, parseObject } from './object-parser.ts';

async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (let index = 0; from < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[index % sizes.length] ?? 1);
    yield Buffer.from(bytes.subarray(from, from + size));
    from += size;
  }
}

async function read(
  text: string | Buffer,
  sizes: readonly number[] = [],
  limits: { maxItem?: number; maxTotal?: number } = {},
) {
  const items: unknown[] = [];
  let longest = 0;
  let turn = performance.now();
  const envelope = await readList(chunksOf(Buffer.from(text), sizes), {
    ...limits,
    slice: 5,
    onItem(bytes, from, to, marks) {
      items.push(parseObject(objectText(bytes, from, to, marks), marks.depth));
      longest = Math.max(longest, performance.now() - turn);
      turn = performance.now();
    },
  });
  return { items, envelope };
}

const key = fc
  .oneof(
    fc.constantFrom(
      'metadata',
      'annotations',
      'managedFields',
      'items',
      'a',
      'kubectl.kubernetes.io/last-applied-configuration',
    ),
    fc.string(),
  )
  .filter((text) => text !== '__proto__');
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 1, -2.5e10, '{"items":[', '}]', '"', '\\', '\\"managedFields":[', 'é\u2028𝄞'),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** What reading must give: the object without the two parts that are left out. */
function trimmed(item: { metadata: Record<string, unknown> }): unknown {
  const { managedFields: _, ...metadata } = item.metadata;
  const annotations = metadata.annotations as Record<string, unknown> | undefined;
  if (!annotations) return { ...item, metadata };
  const { 'kubectl.kubernetes.io/last-applied-configuration': __, ...rest } = annotations;
  return { ...item, metadata: { ...metadata, annotations: rest } };
}

describe('readList', () => {
  it('reads the same as JSON.parse, however the bytes are cut, without managedFields and last-applied', async () => {
    const annotations = fc.dictionary(key, fc.string({ unit: 'binary' }), { maxKeys: 4 });
    const metadata = fc.record(
      { name: fc.string(), annotations, managedFields: json, note: json },
      { requiredKeys: ['name'] },
    );
    const item = fc.record({ metadata, spec: json, status: json }, { requiredKeys: ['metadata'] });
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 5 }), sizes, json, async (items, cuts, extra) => {
        const list = { kind: 'PodList', extra, metadata: { resourceVersion: '7', continue: 'x' }, items };
        const plain = JSON.parse(JSON.stringify(items)) as typeof items;
        const result = await read(JSON.stringify(list), cuts);
        expect(result.items).toEqual(plain.map(trimmed));
        expect(result.envelope.metadata).toEqual({ resourceVersion: '7', continue: 'x' });
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['no items', '{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[]}', 0],
    ['null items, as Go writes an empty list', '{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":null}', 0],
    ['items before metadata', '{"items":[{"metadata":{"name":"a"}}],"metadata":{"resourceVersion":"1"}}', 1],
    [
      'white space everywhere',
      '\n{ "metadata" : { "resourceVersion" : "1" } ,\n "items" : [\n { "metadata" : { "name" : "a" } } ,\n\t{ "metadata":{"name":"b"} } ] }\n',
      2,
    ],
    [
      'a member named items deeper down',
      '{"metadata":{"resourceVersion":"1","x":{"items":[1]}},"items":[{"metadata":{"name":"a"},"items":[2]}]}',
      1,
    ],
    [
      'a text that looks like the start of items',
      '{"note":"\\"items\\":[","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"}}]}',
      1,
    ],
  ])('reads a list with %s', async (_case, text, count) => {
    const { items, envelope } = await read(text, [3]);
    expect(items).toHaveLength(count);
    expect(envelope.metadata?.resourceVersion).toBe('1');
  });

  it.each([
    ['half a list', '{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"}},{"meta'],
    ['a list without its end', '{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"}}'],
    ['nothing', ''],
    ['HTML', '<html><body>sign in</body></html>'],
    ['a Status', '{"kind":"Status","metadata":{},"code":500}'],
    ['items that are no objects', '{"metadata":{},"items":[1,2]}'],
    ['an item that is not JSON', '{"metadata":{},"items":[{"metadata":{"name":"a"} "x"}]}'],
    ['an item without a name', '{"metadata":{},"items":[{"metadata":{}}]}'],
    ['metadata that is a text', '{"metadata":"1","items":[]}'],
  ])('refuses %s', async (_case, text) => {
    await expect(read(text, [7])).rejects.toMatchObject({ code: 'cluster_bad_answer' });
  });

  it('takes items larger than its block, up to the limit, in time linear in their size', async () => {
    const big = { metadata: { name: 'big', annotations: { text: 'x'.repeat(3_000_000) } } };
    const text = JSON.stringify({ metadata: { resourceVersion: '1' }, items: [big, big] });
    const { items } = await read(text, [65_536]);
    expect(items).toEqual([big, big]);
    await expect(read(text, [65_536], { maxItem: 1_000_000 })).rejects.toMatchObject({ code: 'cluster_bad_answer' });
    await expect(read(text, [65_536], { maxTotal: 1_000_000 })).rejects.toMatchObject({ code: 'cluster_bad_answer' });
  });

  it('replaces bytes that are no UTF-8 and goes on', async () => {
    const head = Buffer.from('{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"},"data":"');
    const { items } = await read(Buffer.concat([head, Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"}]}')]));
    expect(items).toEqual([{ metadata: { name: 'a' }, data: '\uFFFD\uFFFD\uFFFD' }]);
  });

  it('cuts off what nests too deeply, so that nobody who walks the object runs out of stack', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const { items } = await read(
      `{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"},"spec":${deep}}]}`,
    );
    expect(JSON.stringify(items[0])).toContain('[nested too deeply]');
    expect(JSON.stringify(items[0]).length).toBeLessThan(5000);
  });

  it('drops metadata of the wrong type instead of handing it on', async () => {
    const metadata = {
      name: 'a',
      labels: 'x',
      annotations: { a: 1 },
      ownerReferences: [{}],
      creationTimestamp: null,
      finalizers: 'f',
      uid: 7,
    };
    const { items } = await read(JSON.stringify({ metadata: {}, items: [{ metadata }] }));
    expect(items).toEqual([{ metadata: { name: 'a' } }]);
  });

  it('lets the event loop have its turn while it reads', async () => {
    const pod = JSON.stringify({ metadata: { name: 'a' }, spec: { text: 'x'.repeat(5000) } });
    const text = `{"metadata":{"resourceVersion":"1"},"items":[${Array.from({ length: 8000 }, () => pod).join(',')}]}`;
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await read(text);
    done = true;
    expect(turns).toBeGreaterThan(5);
  });
});
