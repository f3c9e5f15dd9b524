import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const chromiumFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Containers that come and go on the machine make Chromium drop connections; pages live through it. */
const ofTheMachine = /ERR_NETWORK_CHANGED/;

/** Says in the console what the content security policy refused; the console is watched. */
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('refused by the content security policy: ' + event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sourceFile));`;

export type ApiCall = (method: string, path: string, body?: unknown) => Promise<unknown>;

export type BrowserWorld = {
  readonly origin: string;
  readonly link: string;
  /** A page of a browser that is signed in. */
  open(path: string, options?: { width?: number; height?: number; dark?: boolean }): Promise<Page>;
  /** Another browser, as another person would have, signed in or not. */
  newContext(): Promise<BrowserContext>;
  /** A page of such a browser, watched like the others. */
  openIn(context: BrowserContext, path: string): Promise<Page>;
  /** The API as this person, for what a journey needs but does not look at. */
  api: ApiCall;
  /** Faults that a journey makes on purpose, as they stand in the console. */
  expectFaults(pattern: RegExp): void;
};

/** One browser for a file of journeys. A script error, a refused style or script, or an unexpected failing request fails the test. */
export function useBrowser(): BrowserWorld {
  const link = inject('signInLink');
  const { origin } = new URL(link);
  const faults: string[] = [];
  let expected: RegExp[] = [];
  let browser: Browser;
  let signedIn: BrowserContext;
  let token = '';

  async function newContext(): Promise<BrowserContext> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript(reportViolations);
    return context;
  }

  function watch(page: Page): Page {
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !ofTheMachine.test(message.text()))
        faults.push(`${page.url()}: ${message.text()}`);
    });
    return page;
  }

  async function openIn(context: BrowserContext, path: string): Promise<Page> {
    const page = watch(await context.newPage());
    await page.goto(path.startsWith('http') ? path : origin + path);
    return page;
  }

  const api: ApiCall = async (method, path, body) => {
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.PILOTHOUSE_CHROMIUM ?? '/usr/bin/chromium',
      args: chromiumFlags,
    });
    const answer = await fetch(`${origin}/api/v1/auth/sign-in-once`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ token: new URLSearchParams(new URL(link).hash.slice(1)).get('token') }),
    });
    token = ((await answer.json()) as { accessToken: string }).accessToken;
    signedIn = await newContext();
    const page = await openIn(signedIn, link);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.close();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const page of signedIn.pages()) await page.close();
    const unexpected = faults.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
    faults.length = 0;
    expected = [];
    expect(unexpected).toEqual([]);
  });

  return {
    origin,
    link,
    newContext,
    openIn,
    api,
    expectFaults: (pattern) => expected.push(pattern),
    async open(path, { width = 1440, height = 900, dark = false } = {}) {
      const page = watch(await signedIn.newPage());
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      await page.goto(origin + path);
      return page;
    },
  };
}

type AxeResult = { violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[] };

/** What axe finds serious or critical on a page, in words; none is wanted. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResult;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes[0]?.html.slice(0, 160)})`);
}

/** Tries until it holds: a page comes to rest in its own time. */
export async function eventually(check: () => Promise<void>, deadline = 15_000): Promise<void> {
  const end = Date.now() + deadline;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
