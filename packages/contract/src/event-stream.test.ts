import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEventStream, readLines } from './event-stream.ts';

function bodyOf(text: string, cuts: readonly number[] = []): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return new ReadableStream({
    start(controller) {
      for (let i = 1; i < places.length; i += 1) controller.enqueue(bytes.slice(places[i - 1], places[i]));
      controller.close();
    },
  });
}

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(iterable);
}

describe('readEventStream', () => {
  const examples: [string, string, unknown[]][] = [
    ['one event', 'data: a\n\n', [{ data: 'a' }]],
    ['several data lines', 'data: a\ndata: b\n\n', [{ data: 'a\nb' }]],
    ['id, event and CRLF', 'id: 7\r\nevent: changes\r\ndata: {}\r\n\r\n', [{ id: '7', event: 'changes', data: '{}' }]],
    ['comments are heartbeats', ': ping\n\ndata: a\n\n', [{ data: 'a' }]],
    [
      'the id stays for later events, the name does not',
      'id: 1\nevent: x\ndata: a\n\ndata: b\n\n',
      [
        { id: '1', event: 'x', data: 'a' },
        { id: '1', data: 'b' },
      ],
    ],
    ['an event cut off by the end is dropped', 'data: a\n\ndata: b', [{ data: 'a' }]],
    ['no space after the colon, and a field without one', 'data:a\ndata\n\n', [{ data: 'a\n' }]],
  ];
  it.each(examples)('%s', async (_name, text, expected) => {
    expect(await all(readEventStream(bodyOf(text)))).toEqual(expected);
  });

  it('gives the same events however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (cuts) => {
        const text = 'id: 1\ndata: grüße 🚢\n\n: x\nevent: é\ndata: 2\r\n\r\n';
        expect(await all(readEventStream(bodyOf(text, cuts)))).toEqual(await all(readEventStream(bodyOf(text))));
      }),
    );
  });
});

describe('readLines', () => {
  it('joins lines across chunks and keeps a last line without an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (cuts) => {
        expect(await all(readLines(bodyOf('ä\n\nb\r\nc', cuts)))).toEqual(['ä', '', 'b', 'c']);
      }),
    );
  });
});
