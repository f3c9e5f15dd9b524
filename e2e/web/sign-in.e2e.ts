import { describe, expect, it } from 'vitest';
import { eventually, seriousFaults, useBrowser } from './browser-world.ts';

const world = useBrowser();

describe('signing in', () => {
  it('by the printed link leads into the app and leaves no token behind', async () => {
    const context = await world.newContext();
    const page = await world.openIn(context, world.link);
    await page.getByRole('heading', { name: 'What needs you now' }).waitFor();
    expect(page.url()).toBe(`${world.origin}/`);
    const kept = await page.evaluate(
      'JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + location.href',
    );
    expect(kept).not.toMatch(/ph[a-z]_/);
    await context.close();
  });

  it('lasts over a reload, by the refresh cookie that scripts cannot read', async () => {
    const page = await world.open('/clusters');
    await page.getByRole('heading', { name: 'Clusters' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Clusters' }).waitFor();
  });

  it('holds in several tabs that open at once', async () => {
    const pages = await Promise.all([world.open('/clusters'), world.open('/events'), world.open('/settings/profile')]);
    for (const page of pages) await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await Promise.all(pages.map((page) => page.reload()));
    for (const page of pages) await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('is asked for first, and leads to where one wanted to go', async () => {
    world.expectFaults(/401/);
    const context = await world.newContext();
    const page = await world.openIn(context, '/resources/nodes?q=general');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toBe('/resources/nodes?q=general');
    expect(await seriousFaults(page)).toEqual([]);
    await context.close();
  });

  it('says what is wrong with a link that is not good, and with a wrong password', async () => {
    world.expectFaults(/401/);
    const context = await world.newContext();
    const page = await world.openIn(context, '/sign-in#token=phl_nonsense');
    await page.getByText('The link did not work').waitFor();
    expect(page.url()).not.toContain('token');
    await page.getByLabel('E-mail address').fill('nobody@example.com');
    await page.getByLabel('Password').fill('wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await eventually(async () => expect(await page.getByRole('alert').count()).toBe(2));
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    await context.close();
  });

  it('ends in every tab when one signs out', async () => {
    world.expectFaults(/401/);
    const context = await world.newContext();
    const first = await world.openIn(context, world.link);
    await first.getByRole('heading', { name: 'What needs you now' }).waitFor();
    const second = await world.openIn(context, '/clusters');
    await second.getByRole('heading', { name: 'Clusters' }).waitFor();
    await first.locator('header button').last().click();
    await first.getByRole('menuitem', { name: 'Sign out' }).click();
    await first.getByRole('heading', { name: 'Sign in' }).waitFor();
    await second.getByRole('heading', { name: 'Sign in' }).waitFor();
    await context.close();
  });
});
