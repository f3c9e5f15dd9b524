import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, seriousFaults, useBrowser } from './browser-world.ts';

const world = useBrowser();
let cluster = '';

beforeAll(async () => {
  const { items } = (await world.api('GET', '/clusters')) as { items: { name: string }[] };
  cluster = items[0]?.name ?? '';
  await apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'e2e-web', namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'e2e-web' } },
      template: {
        metadata: { labels: { app: 'e2e-web' } },
        spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] },
      },
    },
  });
});

async function apply(manifest: object, fieldManager?: string): Promise<void> {
  await world.api('POST', `/clusters/${cluster}/apply`, {
    manifests: JSON.stringify(manifest),
    force: true,
    ...(fieldManager ? { fieldManager } : {}),
  });
}

async function replicas(): Promise<unknown> {
  const answer = (await world.api(
    'GET',
    `/clusters/${cluster}/resources/deployments.apps/default/e2e-web?fresh=true`,
  )) as {
    object: { spec: { replicas: number } };
  };
  return answer.object.spec.replicas;
}

const path = () => `/resources/deployments.apps/${cluster}/default/e2e-web`;

async function changeLine(page: Page, from: RegExp, to: string): Promise<void> {
  await page.locator('.cm-line').filter({ hasText: from }).first().click();
  await page.keyboard.press('End');
  // Twice: to the first word, then to the margin.
  await page.keyboard.press('Shift+Home');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type(to);
}

describe('an object', () => {
  it('shows what it is, its pods and its events', async () => {
    const page = await world.open(path());
    await page.getByRole('heading', { name: 'e2e-web', level: 1 }).waitFor();
    await page.getByText('nginx:1.27').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Pods' }).click();
    await page.getByRole('link', { name: /^e2e-web-/ }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByText('ScalingReplicaSet').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('is edited: a dry run shows the difference, then it is applied', async () => {
    const page = await world.open(`${path()}?tab=yaml`);
    await page.getByText('apiVersion').first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Review changes' }).waitFor();
    await changeLine(page, /image: nginx/, '          image: nginx:1.29');
    await page.getByRole('button', { name: 'Review changes' }).click();
    await page.getByText('would be changed').waitFor();
    await page.locator('.cm-deletedChunk').getByText('nginx:1.27').first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('Applied e2e-web').waitFor();
    await page.getByText('nginx:1.29').first().waitFor();
  });

  it('names whoever owns a field, shows what taking it over would do, and does it when told to', async () => {
    await apply(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'e2e-web', namespace: 'default' },
        spec: { replicas: 2 },
      },
      'e2e-autoscaler',
    );
    const page = await world.open(`${path()}?tab=edit`);
    await page.getByRole('button', { name: 'Review changes' }).waitFor();
    await changeLine(page, /^\s*replicas: 2/, '  replicas: 3');
    await page.getByRole('button', { name: 'Review changes' }).click();
    await page.getByText('e2e-autoscaler', { exact: true }).waitFor();
    await page.locator('.cm-changedLine').getByText('replicas').waitFor();
    expect(await replicas()).toBe(2);
    await page.getByRole('button', { name: 'Take the fields over and apply' }).click();
    await page.getByText('Applied e2e-web').waitFor();
    expect(await replicas()).toBe(3);
  });

  it('says where a text is not YAML before anything is sent', async () => {
    const page = await world.open(`${path()}?tab=edit`);
    await page.getByRole('button', { name: 'Review changes' }).waitFor();
    await changeLine(page, /^kind:/, 'kind: "Deployment');
    await page.locator('.cm-lint-marker-error').first().waitFor();
  });

  it('is scaled, and Undo takes it back', async () => {
    const page = await world.open(path());
    await page.getByRole('button', { name: 'Scale' }).click();
    await page.getByLabel('Replicas').fill('4');
    await page.getByRole('button', { name: 'Scale to 4' }).click();
    await page.getByText('Scaled e2e-web from 3 to 4').waitFor();
    expect(await replicas()).toBe(4);
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(async () => expect(await replicas()).toBe(3));
  });

  it('is restarted after one question', async () => {
    const page = await world.open(path());
    await page.getByRole('button', { name: 'Restart rollout' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restart rollout' }).click();
    await page.getByText('Restarting the rollout of e2e-web').waitFor();
  });

  it('is deleted after showing what goes with it', async () => {
    const page = await world.open(`/resources/deployments.apps?q=e2e-web&object=${cluster}/default/e2e-web`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/e2e-web-/).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText(/Delet(ed|ing) e2e-web/).waitFor();
    await eventually(async () => expect(page.url()).not.toContain('object='));
  });

  it('that is a Secret keeps its values until they are asked for, and the audit log knows', async () => {
    await apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'e2e-secret', namespace: 'default' },
      stringData: { password: 'open sesame' },
    });
    const page = await world.open(`/resources/secrets/${cluster}/default/e2e-secret`);
    await page.getByText('password').waitFor();
    expect(await page.content()).not.toContain('open sesame');
    await page.getByRole('button', { name: 'Reveal values' }).click();
    await page.getByText('open sesame').waitFor();
    await page.getByRole('button', { name: 'Hide values' }).click();
    expect(await page.content()).not.toContain('open sesame');
    await page.goto(`${world.origin}/settings/audit?q=e2e-secret`);
    await page.getByText('secret.reveal').waitFor();
  });

  it('that is not there says so', async () => {
    world.expectFaults(/status of 404/);
    const page = await world.open(`/resources/pods/${cluster}/default/no-such-pod`);
    await page.getByText('no-such-pod could not be read').waitFor();
  });
});
