import type { ConnectionTest } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { jsonText } from '../../output/json-text.ts';
import { terminalText } from '../../output/terminal-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';

export async function testCluster(
  context: CliContext,
  options: { output: 'text' | 'json' | 'yaml' },
  name: string,
): Promise<number> {
  const test = await context.api().call(routes.testCluster, { params: { cluster: name } });
  if (options.output === 'json') await context.print(jsonText(test));
  else if (options.output === 'yaml') await context.print(yamlText(test));
  else await context.print(testText(context, test));
  return exitCode(test.ok ? 'ok' : 'no');
}

function testText({ style }: CliContext, test: ConnectionTest): string {
  const lines = test.steps.flatMap(({ name, ok, message, hint }) => [
    `${ok ? style('green', '✓') : style('red', '✗')} ${name.padEnd(12)} ${terminalText(message)}`,
    ...(hint ? [`  next: ${terminalText(hint)}`] : []),
  ]);
  if (test.latencyMs !== undefined) lines.push(`  latency ${Math.round(test.latencyMs)} ms`);
  return `${lines.join('\n')}\n`;
}
