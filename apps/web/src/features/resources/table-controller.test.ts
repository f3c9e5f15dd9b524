// @vitest-environment node
import type { ResourceList } from '@pilothouse/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedHandlers, OpenFeed } from '../../app/live/table-feed.ts';
import { createTableController, type ReadPage, type TableController } from './table-controller.ts';
import { list, row, testColumns } from './test-rows.ts';

type Setup = { pages?: (query: Parameters<ReadPage>[0]) => ResourceList | Error };

function setUp({ pages = () => list([row('a'), row('b')]) }: Setup = {}) {
  const reads: Parameters<ReadPage>[0][] = [];
  let handlers: FeedHandlers | undefined;
  let closed = false;
  const openFeed: OpenFeed = (_request, given) => {
    handlers = given;
    given.state('connecting');
    return () => {
      closed = true;
    };
  };
  const controller = createTableController({
    query: { resource: 'pods' },
    readPage: async (query) => {
      reads.push(query);
      const answer = pages(query);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    openFeed,
    pageSizes: { first: 2, later: 3 },
  });
  const feed = () => {
    if (!handlers) throw new Error('no feed was opened');
    return handlers;
  };
  const open = async () => {
    feed().state('live');
    feed().message({ type: 'ready', columns: testColumns });
    await vi.advanceTimersByTimeAsync(0);
  };
  return { controller, feed, reads, open, isClosed: () => closed };
}

const names = (controller: TableController) => controller.model.snapshot().rows.map((each) => each.name);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a live table', () => {
  it('reads its first page once the feed is open, so that no change falls between them', async () => {
    const { controller, reads, open } = setUp();
    expect(reads).toHaveLength(0);
    await open();
    expect(reads).toHaveLength(1);
    expect(controller.status().phase).toBe('ready');
    expect(names(controller)).toEqual(['a', 'b']);
  });

  it('does not wait long for a feed that does not open, and reads again when it does', async () => {
    const { controller, reads, open } = setUp();
    await vi.advanceTimersByTimeAsync(300);
    expect(names(controller)).toEqual(['a', 'b']);
    expect(reads).toHaveLength(1);
    await open();
    expect(reads).toHaveLength(2);
  });

  it('draws changes together, a few times a second', async () => {
    const { controller, feed, open } = setUp();
    await open();
    let drawn = 0;
    controller.model.subscribe(() => {
      drawn += 1;
    });
    for (let count = 1; count <= 50; count += 1)
      feed().message({ type: 'changes', upserts: [row('a', { cells: ['1/1', count] })], deletes: [] });
    await vi.advanceTimersByTimeAsync(160);
    expect(drawn).toBe(1);
    expect(controller.model.row(row('a').id)?.cells).toEqual(['1/1', 50]);
  });

  it('keeps changes that come while a page is being read', async () => {
    let release: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    let handlers: FeedHandlers | undefined;
    const controller = createTableController({
      query: { resource: 'pods' },
      readPage: async () => {
        await waiting;
        return list([row('a'), row('b')]);
      },
      openFeed: (_request, given) => {
        handlers = given;
        return () => {};
      },
    });
    handlers?.message({ type: 'ready', columns: testColumns });
    handlers?.message({ type: 'changes', upserts: [row('c')], deletes: [row('a').id] });
    await vi.advanceTimersByTimeAsync(500);
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(names(controller)).toEqual(['b', 'c']);
  });

  it('takes the later of an insert and a delete of the same object', async () => {
    const { controller, feed, open } = setUp();
    await open();
    feed().message({ type: 'changes', upserts: [row('c')], deletes: [] });
    feed().message({ type: 'changes', upserts: [], deletes: [row('c').id] });
    feed().message({ type: 'changes', upserts: [], deletes: [row('a').id] });
    feed().message({ type: 'changes', upserts: [row('a')], deletes: [] });
    await vi.advanceTimersByTimeAsync(160);
    expect(names(controller)).toEqual(['a', 'b']);
  });

  it('reads what is loaded again after a gap, and shows only the difference', async () => {
    let now = list([row('a'), row('b')]);
    const { controller, feed, open } = setUp({ pages: () => now });
    await open();
    controller.hold(true);
    now = list([row('b'), row('c')]);
    feed().gap();
    await vi.advanceTimersByTimeAsync(0);
    expect(names(controller)).toEqual(['a', 'b']);
    expect([...controller.model.snapshot().gone]).toEqual([row('a').id]);
    expect(controller.model.snapshot().waiting).toBe(1);
    controller.hold(false);
    expect(names(controller)).toEqual(['b', 'c']);
  });

  it('follows the cursor page by page, one at a time', async () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => row(name));
    const { controller, reads, open } = setUp({
      pages: ({ limit, cursor = '0' }) => {
        const from = Number(cursor);
        const next = from + limit;
        return list(all.slice(from, next), { total: 6, ...(next < 6 ? { nextCursor: String(next) } : {}) });
      },
    });
    await open();
    expect(names(controller)).toEqual(['a', 'b']);
    controller.loadMore();
    controller.loadMore();
    await vi.advanceTimersByTimeAsync(0);
    expect(names(controller)).toEqual(['a', 'b', 'c', 'd', 'e']);
    controller.loadMore();
    await vi.advanceTimersByTimeAsync(0);
    expect(names(controller)).toHaveLength(6);
    controller.loadMore();
    expect(reads).toHaveLength(3);
  });

  it('starts over in place when its cursor is no longer understood', async () => {
    let broken = true;
    const { controller, open } = setUp({
      pages: ({ cursor }) => {
        if (cursor && broken) {
          broken = false;
          return new Error('invalid cursor');
        }
        return list([row('a'), row('b')], cursor ? {} : { nextCursor: '2', total: 3 });
      },
    });
    await open();
    controller.loadMore();
    await vi.advanceTimersByTimeAsync(0);
    expect(controller.status()).toMatchObject({ phase: 'ready', error: undefined });
    expect(names(controller)).toEqual(['a', 'b']);
  });

  it('reads again when a cluster that was still loading has caught up', async () => {
    let items = [row('a')];
    const { controller, feed, open } = setUp({
      pages: () => list(items, { sources: [{ cluster: 'prod', phase: 'syncing' }] }),
    });
    await open();
    items = [row('a'), row('b')];
    feed().message({ type: 'sources', sources: [{ cluster: 'prod', phase: 'live' }], failures: [] });
    await vi.advanceTimersByTimeAsync(0);
    expect(names(controller)).toEqual(['a', 'b']);
  });

  it('says that it failed, and recovers when asked to', async () => {
    let broken = true;
    const { controller, open } = setUp({ pages: () => (broken ? new Error('no answer') : list([row('a')])) });
    await open();
    expect(controller.status()).toMatchObject({
      phase: 'failed',
      error: expect.objectContaining({ message: 'no answer' }),
    });
    broken = false;
    controller.reload();
    await vi.advanceTimersByTimeAsync(0);
    expect(controller.status().phase).toBe('ready');
    expect(names(controller)).toEqual(['a']);
  });

  it('asks for fresh counts some time after changes, not for each', async () => {
    const { feed, reads, open } = setUp();
    await open();
    for (let count = 0; count < 20; count += 1) {
      feed().message({ type: 'changes', upserts: [row('a', { cells: ['1/1', count] })], deletes: [] });
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(3000);
    expect(reads.filter((read) => read.limit === 1).length).toBeLessThanOrEqual(2);
  });

  it('closes its feed and stays silent afterwards', async () => {
    const { controller, feed, reads, open, isClosed } = setUp();
    await open();
    controller.close();
    expect(isClosed()).toBe(true);
    feed().gap();
    await vi.advanceTimersByTimeAsync(5000);
    expect(reads).toHaveLength(1);
  });
});
