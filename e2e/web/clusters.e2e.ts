import { describe, expect, it } from 'vitest';
import { eventually, seriousFaults, useBrowser } from './browser-world.ts';

const world = useBrowser();

describe('clusters', () => {
  it('lists them with state, version and nodes', async () => {
    const page = await world.open('/clusters');
    const row = page.getByRole('row').nth(1);
    await row.getByText('Connected').waitFor();
    await row.getByText('Simulated').waitFor();
    expect(await row.textContent()).toMatch(/v1\.\d+/);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('registers a second one, which joins the tables at once', async () => {
    const page = await world.open('/clusters');
    await page.getByRole('button', { name: 'Register cluster' }).click();
    await page.getByRole('button', { name: 'Simulated' }).click();
    await page.getByLabel('Name').fill('e2e-second');
    await page.getByRole('combobox', { name: 'Filled with' }).click();
    await page.getByRole('option', { name: 'A staging copy of the shop' }).click();
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByRole('list', { name: 'Result of the test' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Register cluster' }).click();
    await page.getByText('Registered e2e-second').waitFor();
    await page.getByRole('link', { name: 'e2e-second' }).waitFor();

    await page.getByRole('link', { name: 'Resources' }).click();
    await page.getByRole('columnheader', { name: 'Cluster' }).waitFor();
    await page.getByRole('button', { name: 'All clusters' }).click();
    await page.getByRole('option', { name: 'e2e-second' }).click();
    await page.keyboard.press('Escape');
    await eventually(async () => expect(page.url()).toContain('clusters=e2e-second'));
    await page.locator('[role="row"][id]').nth(2).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Cluster' }).count()).toBe(0);
  });

  it('says step by step why an address cannot be used', async () => {
    const page = await world.open('/clusters?register=token');
    await page.getByLabel('Name', { exact: true }).fill('nowhere');
    await page.getByLabel('Server', { exact: true }).fill('https://no-such-host.invalid:6443');
    await page.getByLabel('Token').fill('x');
    await page.getByRole('button', { name: 'Test connection' }).click();
    const failed = page.getByRole('list', { name: 'Result of the test' }).getByRole('img', { name: 'failed' });
    await failed.or(page.getByText('The connection could not be tested')).first().waitFor();
    world.expectFaults(/status of 4\d\d|status of 5\d\d/);
  });

  it('refuses a kubeconfig that would run commands, and says so beside the context', async () => {
    const page = await world.open('/clusters?register=kubeconfig');
    await page.getByLabel('Kubeconfig').fill(`apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://203.0.113.1:6443" } }]
users: [{ name: u, user: { exec: { command: sh, apiVersion: client.authentication.k8s.io/v1 } } }]
contexts: [{ name: evil, context: { cluster: c, user: u } }]
current-context: evil
`);
    await page.getByRole('button', { name: 'Show contexts' }).click();
    const context = page.getByRole('checkbox', { name: 'evil' });
    await context.waitFor();
    expect(await context.isDisabled()).toBe(true);
    expect(await page.getByRole('dialog').textContent()).toMatch(/exec/i);
  });

  it('renames it and removes it again, by typing its name', async () => {
    // The event of the change can reach the page before the answer does; it then asks once more under the name that is gone.
    world.expectFaults(/\/clusters\S*: .*status of 404/);
    const page = await world.open('/clusters/e2e-second?tab=settings');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('e2e-renamed');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'e2e-renamed', level: 1 }).waitFor();
    expect(page.url()).toContain('/clusters/e2e-renamed');
    await page.getByRole('button', { name: 'Remove cluster' }).click();
    const dialog = page.getByRole('dialog');
    const remove = dialog.getByRole('button', { name: 'Remove cluster' });
    expect(await remove.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Type e2e-renamed to confirm').fill('e2e-renamed');
    await remove.click();
    await page.getByText('Removed e2e-renamed').waitFor();
    await page.getByRole('heading', { name: 'Clusters' }).waitFor();
    await eventually(async () => expect(await page.getByRole('link', { name: 'e2e-renamed' }).count()).toBe(0));
  });
});
