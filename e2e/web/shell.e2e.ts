import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually, seriousFaults, useBrowser } from './browser-world.ts';

const world = useBrowser();

const pages = [
  '/',
  '/resources/pods',
  '/resources/nodes',
  '/events',
  '/clusters',
  '/clusters?register=kubeconfig',
  '/settings/profile',
  '/settings/sessions',
  '/settings/tokens',
  '/settings/users',
  '/settings/roles',
  '/settings/audit',
  '/nowhere',
];

describe('every page', () => {
  it.each(pages)('%s has nothing that axe finds serious, light and dark, wide and narrow', async (path) => {
    for (const options of [{}, { dark: true }, { width: 390, height: 844 }]) {
      const page = await world.open(path, options);
      await page.getByRole('heading').first().waitFor();
      await page.waitForLoadState('load');
      await eventually(async () => expect(await page.getByRole('status', { name: 'Loading' }).count()).toBe(0));
      expect(await seriousFaults(page), JSON.stringify(options)).toEqual([]);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBe(0);
      await page.close();
    }
  });
});

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Command palette' }).waitFor();
}

describe('the command palette', () => {
  it('goes to a kind by its short name, and to an object by its name', async () => {
    const page = await world.open('/');
    await page.getByRole('heading', { name: 'What needs you now' }).waitFor();
    await openPalette(page);
    await page.keyboard.type('netpol');
    await page.getByRole('option', { name: /NetworkPolicy/ }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await eventually(async () => expect(page.url()).toContain('/resources/networkpolicies.networking.k8s.io'));

    await openPalette(page);
    await page.keyboard.type('orders-db-0');
    const found = page.getByRole('option', { name: /orders-db-0/ }).first();
    await found.waitFor();
    await found.click();
    await page.getByRole('heading', { name: 'orders-db-0', level: 1 }).waitFor();

    await openPalette(page);
    await page.getByRole('option', { name: /^Shell/ }).waitFor();
    await page.getByRole('option', { name: /^Logs/ }).click();
    await page.getByRole('log').waitFor();
  });

  it('changes the theme, which is remembered and there before the first paint', async () => {
    const page = await world.open('/clusters');
    await page.getByRole('heading', { name: 'Clusters', level: 1 }).waitFor();
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await openPalette(page);
    await page.keyboard.type('theme dark');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await background()).not.toBe(light));
    await page.reload({ waitUntil: 'commit' });
    await eventually(async () => expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark'));
    await page.getByRole('heading', { name: 'Clusters', level: 1 }).waitFor();
    await openPalette(page);
    await page.keyboard.type('theme as the system');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await background()).toBe(light));
  });
});

describe('the keyboard', () => {
  it('has an overlay that tells its keys, and goes from page to page', async () => {
    const page = await world.open('/');
    await page.getByRole('heading', { name: 'What needs you now' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Clusters', level: 1 }).waitFor();
  });
});

describe('the first page', () => {
  it('needs at most 250 kB of JavaScript, compressed', async () => {
    const page = await world.open('/resources/pods');
    await page.locator('[role="row"][id]').nth(2).waitFor();
    const kilobytes = await page.evaluate(
      'performance.getEntriesByType("resource").filter((entry) => entry.name.endsWith(".js")).reduce((sum, entry) => sum + entry.encodedBodySize, 0) / 1000',
    );
    expect(kilobytes).toBeGreaterThan(50);
    expect(kilobytes).toBeLessThanOrEqual(250);
  });
});
