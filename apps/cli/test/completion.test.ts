import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from './run-program.ts';
import { createTestWorld, fixturePath, type TestWorld } from './test-world.ts';

let world: TestWorld;
const bin = new URL('../bin/pilothouse.mjs', import.meta.url).pathname;

beforeAll(async () => {
  world = await createTestWorld({ clusters: ['one', 'other'] });
  await world.cli('apply', '-f', fixturePath('shop.yaml'), '-c', 'one');
  await world.cli('cluster', 'default', 'one');
});
afterAll(() => world.stop());

/** What bash offers for a line, through the real script, as Tab would. */
async function complete(line: string): Promise<string[]> {
  const script = `
pilothouse() { "${process.execPath}" "${bin}" "$@"; }
mkdir -p "$HOME/bin"
printf '#!/bin/bash\\nexec "${process.execPath}" "${bin}" "$@"\\n' > "$HOME/bin/pilothouse"
chmod +x "$HOME/bin/pilothouse"
PATH="$HOME/bin:$PATH"
source <(pilothouse completion bash)
COMP_LINE=$1 COMP_POINT=\${#1}
read -ra COMP_WORDS <<< "$1"
[[ "$1" == *' ' ]] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_pilothouse
printf '%s\\n' "\${COMPREPLY[@]}"
`;
  const { stdout, stderr } = await runProgram('bash', ['-c', script, 'bash', line], { env: world.env });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((text) => text !== '');
}

describe('completion in bash', () => {
  it.each([
    ['pilothouse desc', ['describe']],
    ['pilothouse cluster re', ['rename']],
    ['pilothouse get deployment', ['deployments']],
    ['pilothouse get cm -n sho', ['shop']],
    ['pilothouse get cm -n shop set', ['settings']],
    ['pilothouse describe deploy/w', []],
    ['pilothouse get deploy/we -n sho', ['shop']],
    ['pilothouse get -n shop deploy/we', ['deploy/web']],
    ['pilothouse scale -n shop deploy w', ['web']],
    ['pilothouse get pods -c o', ['one', 'other']],
    ['pilothouse get pods --cluster=ot', ['--cluster=other']],
    ['pilothouse get pods --clusters one,', ['one,other']],
    ['pilothouse get pods -o y', ['yaml']],
    ['pilothouse get pods --all-', ['--all-namespaces', '--all-clusters']],
    ['pilothouse cluster test oth', ['other']],
    ['pilothouse completion ', ['bash', 'zsh', 'fish']],
    ['pilothouse exec web -- l', []],
  ])('of "%s"', async (line, offered) => {
    expect((await complete(line)).sort()).toEqual([...offered].sort());
  });

  it('offers pods and workloads to logs', async () => {
    const offered = await complete('pilothouse logs -n shop ');
    expect(offered).toContain('deployments/');
    expect(offered.some((text) => /^web-/.test(text))).toBe(true);
  });

  it('is quiet and quick without a server', async () => {
    const started = performance.now();
    const { code, stdout, stderr } = await world.run(['__complete', '--', 'get', 'pods', ''], {
      env: { PILOTHOUSE_SERVER: 'http://127.0.0.1:9' },
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('completion scripts', () => {
  it('are printed for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish'])
      expect((await world.cli('completion', shell)).stdout).toContain('__complete');
    expect(await world.cli('completion', 'tcsh')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bash, zsh, fish'),
    });
  });

  it('is valid bash', async () => {
    const { stdout } = await world.cli('completion', 'bash');
    expect(await runProgram('bash', ['-n'], { input: stdout })).toMatchObject({ code: 0, stderr: '' });
  });
});
