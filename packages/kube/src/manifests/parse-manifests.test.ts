import { describe, expect, it } from 'vitest';
import { parseManifests } from './parse-manifests.ts';

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';

function dataOf(fields: string): unknown {
  return parseManifests(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n${fields}`)[0]?.object?.data;
}

describe('manifests', () => {
  it('come one per document, with their lines', () => {
    const text = `# a comment\n${pod}---\n# nothing here\n---\n\n${pod.replace('a}', 'b}')}...\n--- # c\n${pod.replace('a}', 'c}')}`;
    expect(
      parseManifests(text).map(({ index, lines, object }) => [index, lines.from, lines.to, object?.metadata.name]),
    ).toEqual([
      [0, 1, 4, 'a'],
      [1, 7, 11, 'b'],
      [2, 13, 17, 'c'],
    ]);
  });

  it('with a fault do not hide the others', () => {
    const found = parseManifests(`${pod}---\nfoo: [\n---\nkind: Pod\n---\nhello\n---\n${pod}`);
    expect(found.map(({ object, error }) => object?.kind ?? error?.code)).toEqual([
      'Pod',
      'invalid_manifest',
      'invalid_manifest',
      'invalid_manifest',
      'Pod',
    ]);
    expect(found[1]?.error?.extra.line).toBe(5);
    expect(found[2]?.error?.details.map(({ pointer }) => pointer)).toEqual(['/apiVersion', '/metadata/name']);
  });

  it('may be JSON, may be a List, may have generateName and Windows line ends', () => {
    expect(parseManifests('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}')[0]?.object?.kind).toBe('Pod');
    const list = parseManifests(
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- {kind: Pod}\n',
    );
    expect(list.map(({ object, error }) => object?.metadata.name ?? error?.details[0]?.pointer)).toEqual([
      'a',
      '/items/1/apiVersion',
    ]);
    expect(parseManifests('apiVersion: v1\r\nkind: Job\r\nmetadata:\r\n  generateName: x-\r\n')[0]?.object?.kind).toBe(
      'Job',
    );
  });

  // Each of these was held against kubectl 1.32.
  it.each([
    ['0644', 420],
    ['0o17', 15],
    ['0xff', 255],
    ['0b11', 3],
    ['1_000', 1000],
    ['+5', 5],
    ['08', 8],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1.10', 1.1],
    ['"0644"', '0644'],
    ['yes', true],
    ['n', false],
    ['on', true],
    ['12:30:45', '12:30:45'],
    ['2020-01-01', '2020-01-01'],
    ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z'],
    ['~', null],
    ['', null],
  ])('read %s as kubectl does', (text, value) => {
    expect(dataOf(`  key: ${text}\n`)).toEqual({ key: value });
  });

  it('know anchors and merge keys', () => {
    expect(dataOf('  a: &a {x: 1}\n  b: {<<: *a, z: 2}\n')).toEqual({ a: { x: 1 }, b: { x: 1, z: 2 } });
  });

  it('have limits', () => {
    expect(() => parseManifests('#'.repeat(5 * 1024 * 1024))).toThrow(
      expect.objectContaining({ code: 'invalid_manifest' }),
    );
    expect(() => parseManifests('a: 1\n---\n'.repeat(1001))).toThrow(
      expect.objectContaining({ code: 'invalid_manifest' }),
    );
    const laughs = `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefghi'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[index]}`).join(',')}]`)
      .join('\n')}`;
    for (const text of [laughs, '['.repeat(100_000), '{"a":'.repeat(10_000), 'a: 1\na: 2', '!!js/function x: y']) {
      expect(parseManifests(text)[0]?.error?.code).toBe('invalid_manifest');
    }
  });

  it('with an embedded text that looks like a separator keep it', () => {
    expect(dataOf('  script: |\n    ---\n    echo\n')).toEqual({ script: '---\necho\n' });
  });
});
