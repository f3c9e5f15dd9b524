import { spawn } from 'node:child_process';

const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens the person's browser; where there is none the link is on the screen anyway. */
export function openBrowser(link: string, warn: (text: string) => void): void {
  const [command = 'xdg-open', ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, link], { stdio: 'ignore', detached: true });
  child.on('error', () => warn(`no browser could be opened (${command}); open the link yourself.`));
  child.unref();
}
