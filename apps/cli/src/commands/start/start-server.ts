import type { CliContext } from '../../runtime/cli-context.ts';
import { openBrowser } from './open-browser.ts';
import { runServer } from './server-process.ts';

type StartOptions = { local?: boolean; port?: number; data?: string; simulatedCluster?: boolean; open?: boolean };

export async function startServer(context: CliContext, options: StartOptions, more: string[]): Promise<number> {
  const args = [
    ...(options.local ? ['--local'] : []),
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
    ...(options.data === undefined ? [] : ['--data', options.data]),
    ...(options.simulatedCluster ? ['--simulated-cluster'] : []),
    ...more,
  ];
  return runServer({
    args,
    env: context.io.env,
    signals: (forward) => context.interrupt.claim(forward),
    ...(options.open ? { onSignInLink: (link: string) => openBrowser(link, (text) => context.warn(text)) } : {}),
  });
}
