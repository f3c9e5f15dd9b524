import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, seriousFaults, useBrowser } from './browser-world.ts';

const world = useBrowser();
let cluster = '';

beforeAll(async () => {
  const { items } = (await world.api('GET', '/clusters')) as { items: { name: string }[] };
  cluster = items[0]?.name ?? '';
});

/** Rows that have come; skeletons have no id. */
const rows = (page: Page) => page.locator('[role="row"][id]');

async function rowNames(page: Page): Promise<string[]> {
  const ids = (await page.evaluate(
    '[...document.querySelectorAll("[role=row][id]")].map((row) => row.id)',
  )) as string[];
  return ids.map((id) => id.split('/').at(-1) ?? '');
}

async function apply(manifest: object): Promise<void> {
  await world.api('POST', `/clusters/${cluster}/apply`, { manifests: JSON.stringify(manifest), force: true });
}

const configMap = (name: string, data: Record<string, string> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels: { app: 'e2e' } },
  data,
});

describe('a table', () => {
  it('shows its rows, and its state is in the URL: filter, sort, health', async () => {
    const page = await world.open('/resources/pods');
    await page.getByRole('heading', { name: 'Pods' }).waitFor();
    await rows(page).nth(4).waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    await page.keyboard.press('/');
    await page.keyboard.type('orders-db');
    await eventually(async () => expect(page.url()).toContain('q=orders-db'));
    await eventually(async () => {
      const names = await rowNames(page);
      expect(names.length).toBeGreaterThan(0);
      expect(names.every((name) => name.includes('orders-db'))).toBe(true);
    });
    await page.keyboard.press('Escape');
    await eventually(async () => expect(page.url()).not.toContain('q='));

    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await eventually(async () => expect(page.url()).toContain('sort=-name'));
    await eventually(async () => {
      const names = await rowNames(page);
      expect(names.length).toBeGreaterThan(3);
      expect(names).toEqual([...names].sort().reverse());
    });

    await page.getByRole('button', { name: /^Degraded/ }).click();
    await eventually(async () => expect(page.url()).toContain('health=degraded'));
    const kept = page.url();
    await page.goto('about:blank');
    await page.goto(kept);
    await eventually(async () =>
      expect(await page.getByRole('button', { name: /^Degraded/ }).getAttribute('aria-pressed')).toBe('true'),
    );
  });

  it('is worked by keyboard: rows, panel, page and back', async () => {
    const page = await world.open('/resources/deployments.apps');
    await rows(page).nth(2).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary');
    await panel.getByRole('tab', { name: 'Summary' }).waitFor();
    expect(page.url()).toContain('object=');
    await page.keyboard.press('y');
    await eventually(async () => expect(page.url()).toContain('tab=yaml'));
    await panel.getByText('apiVersion').waitFor();
    await panel.getByRole('button', { name: 'Open as a page' }).click();
    await eventually(async () =>
      expect(new URL(page.url()).pathname).toMatch(/^\/resources\/deployments\.apps\/[^/]+\/[^/]+\/[^/]+$/),
    );
    await page.goBack();
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await eventually(async () => expect(page.url()).not.toContain('object='));
    await page.goBack();
    await panel.waitFor();
  });

  it('changes live in place; what is new waits while one reads', async () => {
    await apply(configMap('e2e-m'));
    const page = await world.open('/resources/configmaps?labels=app=e2e');
    await eventually(async () => expect(await rowNames(page)).toEqual(['e2e-m']));

    await apply(configMap('e2e-z'));
    await eventually(async () => expect(await rowNames(page)).toEqual(['e2e-m', 'e2e-z']));

    // The pointer is over the rows: nothing may move under it.
    await rows(page).first().hover();
    await apply(configMap('e2e-a'));
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await rowNames(page)).toEqual(['e2e-m', 'e2e-z']);

    await rows(page).nth(1).hover();
    await world.api('DELETE', `/clusters/${cluster}/resources/configmaps/default/e2e-z`);
    await eventually(async () => {
      const decoration = await page.evaluate(
        `getComputedStyle(document.querySelectorAll('[role=row][id]')[1].querySelectorAll('[role=gridcell]')[1]).textDecorationLine`,
      );
      expect(decoration).toBe('line-through');
    });

    await rows(page).first().hover();
    await apply(configMap('e2e-m', { a: '1', b: '2' }));
    await eventually(async () => expect(await rows(page).first().getByText('2', { exact: true }).count()).toBe(1));
    await page.getByRole('button', { name: '1 new' }).click();
    await eventually(async () => expect(await rowNames(page)).toEqual(['e2e-a', 'e2e-m']));
  });

  it('selects several and deletes them, with a result for each', async () => {
    await Promise.all(['e2e-x1', 'e2e-x2', 'e2e-x3'].map((name) => apply(configMap(name))));
    const page = await world.open('/resources/configmaps?labels=app=e2e&q=e2e-x');
    await eventually(async () => expect(await rowNames(page)).toEqual(['e2e-x1', 'e2e-x2', 'e2e-x3']));
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+J');
    await page.keyboard.press('Shift+J');
    await page.getByText('3 selected').waitFor();
    await page.getByRole('toolbar', { name: 'Selected rows' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete 3' }).click();
    await eventually(async () =>
      expect(await page.getByRole('dialog').getByText('Done', { exact: true }).count()).toBe(4),
    );
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await page.mouse.move(0, 0);
    await page.getByText('No ConfigMaps match').waitFor();
  });

  it('remembers which columns one chose', async () => {
    const page = await world.open('/resources/pods');
    await rows(page).nth(2).waitFor();
    expect(await page.getByRole('columnheader', { name: 'IP', exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('option', { name: 'IP', exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'IP', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('columnheader', { name: 'IP', exact: true }).waitFor();
  });

  it('says that it failed, in the server’s words, and recovers when asked', async () => {
    world.expectFaults(/status of 503/);
    const page = await world.open('/clusters');
    let broken = true;
    await page.route('**/api/v1/resources/**', (route) =>
      broken
        ? route.fulfill({
            status: 503,
            contentType: 'application/problem+json',
            body: JSON.stringify({
              status: 503,
              code: 'database_unavailable',
              kind: 'unavailable',
              detail: 'The database did not answer within 5 s.',
              requestId: 'request-42',
            }),
          })
        : route.continue(),
    );
    await page.getByRole('link', { name: 'Resources' }).click();
    await page.getByText('The database did not answer within 5 s.').waitFor();
    await page.getByText('request-42').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await rows(page).nth(2).waitFor();
  });
});
