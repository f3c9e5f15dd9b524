import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, seriousFaults, useBrowser } from './browser-world.ts';

const world = useBrowser();
let pod = { cluster: '', namespace: '', name: '' };

beforeAll(async () => {
  await eventually(async () => {
    const { items } = (await world.api('GET', '/resources/pods?health=healthy&q=storefront&limit=1')) as {
      items: { cluster: string; namespace: string; name: string }[];
    };
    if (!items[0]) throw new Error('no healthy storefront pod yet');
    pod = items[0];
  });
});

describe('logs', () => {
  it('are followed in the dock, which stays while one goes elsewhere', async () => {
    const page = await world.open(`/resources/pods?q=${pod.name}`);
    await page.locator('[role="row"][id]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('l');
    const dock = page.getByRole('region', { name: 'Logs and terminals' });
    await dock.getByText('Following').waitFor();
    const lines = dock.getByRole('log');
    await eventually(async () => expect(await lines.textContent()).not.toBe(''));
    expect(await seriousFaults(page)).toEqual([]);

    await page.getByRole('link', { name: 'Clusters' }).click();
    await page.getByRole('heading', { name: 'Clusters' }).waitFor();
    await dock.getByText('Following').waitFor();
    const before = await lines.textContent();
    await eventually(async () => expect(await lines.textContent()).not.toBe(before), 30_000);
  });

  it('are searched, with matches marked and counted', async () => {
    const page = await world.open(`/resources/pods/${pod.cluster}/${pod.namespace}/${pod.name}`);
    await page.getByRole('button', { name: 'Logs' }).click();
    const lines = page.getByRole('log');
    await eventually(async () => expect((await lines.textContent())?.length ?? 0).toBeGreaterThan(50));
    const word = /[a-z]{4,}/i.exec((await lines.textContent()) ?? '')?.[0] ?? '';
    await page.getByLabel('Search the log').fill(word);
    await lines.locator('mark').first().waitFor();
    await page.getByText(/^\d+\/\d+$/).waitFor();
    await page.getByRole('button', { name: 'Timestamps' }).click();
    await lines.locator('time').first().waitFor();
  });
});

describe('the terminal', () => {
  it('runs a command in a container, resizes and says how it ended', async () => {
    const page = await world.open(`/resources/pods?q=${pod.name}`);
    await page.locator('[role="row"][id]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('s');
    const terminal = page.getByRole('application', { name: `Shell in ${pod.name}` });
    await terminal.waitFor();
    const screen = terminal.locator('.xterm-rows');
    await eventually(async () => expect((await screen.textContent())?.trim()).not.toBe(''));
    await page.keyboard.type('echo hello-from-e2e\n');
    await eventually(async () => expect(await screen.textContent()).toMatch(/hello-from-e2e.*hello-from-e2e/s));
    expect(await seriousFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 1000, height: 700 });
    await page.keyboard.type('exit\n');
    await page.getByText('The shell ended with exit code 0').waitFor();
    await page.getByRole('button', { name: 'Open another' }).waitFor();
  });
});
