import { PassThrough } from 'node:stream';
import type { KubeObject } from '@pilothouse/kube';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, podOf, type TestCluster } from '../controllers/test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster({ nodes: 1 });
  sim.create('configmaps', {
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { COLOR: 'teal', 'app.conf': 'port=8080\n' },
  });
  sim.create('secrets', {
    kind: 'Secret',
    metadata: { name: 'login' },
    data: { PASSWORD: Buffer.from('s3cret').toString('base64') },
  });
  const container = {
    env: [
      { name: 'GREETING', value: 'hello $(COLOR)' },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'PASSWORD' } } },
    ],
    envFrom: [{ configMapRef: { name: 'settings' } }],
    volumeMounts: [{ name: 'settings', mountPath: '/etc/app' }],
    resources: { limits: { memory: '64Mi' } },
  };
  const volumes = [{ name: 'settings', configMap: { name: 'settings' } }];
  sim.create('pods', podOf('web', 'acme/web:1', { container, spec: { volumes } }));
  sim.create('pods', podOf('debian', 'debian:13', { container: { command: ['sleep', 'infinity'] } }));
  sim.create('pods', podOf('bare', 'gcr.io/distroless/static:1'));
  await sim.advance(15);
});
afterEach(() => sim.close());

/** An exec session under way. */
function session(command: readonly string[], how: { pod?: string; tty?: boolean } = {}) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const sizes: { columns: number; rows: number }[] = [];
  let wake = () => {};
  const gone = new AbortController();
  let out = '';
  let err = '';
  stdout.on('data', (chunk) => {
    out += chunk;
  });
  stderr.on('data', (chunk) => {
    err += chunk;
  });
  async function* resizes() {
    while (!gone.signal.aborted) {
      const next = sizes.shift();
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  const pod = sim.get('pods', how.pod ?? 'web') as KubeObject;
  const done = sim.runtime.exec(pod, {
    container: 'main',
    command,
    tty: how.tty === true,
    stdin,
    stdout,
    stderr,
    resizes: resizes(),
    signal: gone.signal,
  });
  return {
    done,
    stdin,
    gone,
    out: () => out,
    err: () => err,
    resize(columns: number, rows: number) {
      sizes.push({ columns, rows });
      wake();
    },
    sees: (expected: string) => expect.poll(() => out, { timeout: 3_000 }).toContain(expected),
    /** Types at the terminal and waits until `expected` was shown after it. */
    async type(keys: string, expected: string) {
      const from = out.length;
      stdin.write(keys);
      await expect.poll(() => out.slice(from), { timeout: 3_000 }).toContain(expected);
    },
  };
}

async function run(command: readonly string[], input = '', pod = 'web') {
  const one = session(command, { pod });
  one.stdin.end(input);
  const code = await one.done;
  await new Promise(setImmediate);
  return { code, out: one.out(), err: one.err() };
}

const sh = (script: string, input = '') => run(['sh', '-c', script], input);

describe('exec without a terminal', () => {
  it.each([
    { script: 'echo hello "$GREETING"', out: 'hello hello teal\n' },
    { script: 'echo $POD; hostname', out: 'web\nweb\n' },
    { script: 'echo $PASSWORD', out: 's3cret\n' },
    { script: 'cat /etc/app/app.conf', out: 'port=8080\n' },
    { script: 'i=0; while [ $i -lt 3 ]; do echo $i; i=$((i + 1)); done', out: '0\n1\n2\n' },
    { script: 'for x in a b; do for y in 1 2; do [ $y = 2 ] && continue 2; echo $x$y; done; done', out: 'a1\nb1\n' },
    {
      script: 'f() { local n=$1; [ $n -le 1 ] && { echo 1; return; }; echo $((n * $(f $((n - 1))))); }; f 5',
      out: '120\n',
    },
    { script: 'case "$0" in sh) echo shell;; *) echo other;; esac', out: 'shell\n' },
    { script: 'printf "%s=%d\\n" a 1 b 2', out: 'a=1\nb=2\n' },
    { script: 'echo "b\na\nc" | sort | head -2 | tr a-z A-Z', out: 'A\nB\n' },
    { script: 'yes | head -3 | wc -l', out: '3\n' },
    { script: 'x=${UNSET:-fallback}; echo ${x%back} ${#x} ${x#fall}', out: 'fall 8 back\n' },
    {
      script: 'echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f; rm /tmp/f; [ -e /tmp/f ] || echo gone',
      out: 'one\ntwo\ngone\n',
    },
    { script: 'cat <<EOF\n$POD $((6*7)) $(echo sub)\nEOF', out: 'web 42 sub\n' },
    { script: 'set -- x y z; shift; echo $# "$@"; echo ${1}', out: '2 y z\ny\n' },
    { script: 'echo /etc/host*', out: '/etc/hostname /etc/hosts\n' },
    { script: 'echo \'a  b\' "c  d" e\\ f', out: 'a  b c  d e f\n' },
    { script: 'trap "echo bye" EXIT; echo hi', out: 'hi\nbye\n' },
    { script: 'echo a && false || echo c; ! true || echo d', out: 'a\nc\nd\n' },
    {
      script: 'grep -n port /etc/app/app.conf | cut -d: -f1; sed s/8080/9090/ /etc/app/app.conf',
      out: '1\nport=9090\n',
    },
    { script: 'date -u +%Y-%m-%d; uname; whoami; pwd', out: '2026-03-01\nLinux\nroot\n/app\n' },
    { script: 'until false; do break; done; echo end # comment', out: 'end\n' },
  ])('$script', async ({ script, out }) => {
    expect(await sh(script)).toEqual({ code: 0, out, err: '' });
  });

  it.each([
    { script: 'exit 7', code: 7, err: '' },
    { script: 'nosuch', code: 127, err: 'sh: nosuch: not found\n' },
    { script: 'cat /nowhere', code: 1, err: "cat: can't open '/nowhere': No such file or directory\n" },
    { script: 'set -e; false; echo never', code: 1, err: '' },
    { script: 'if then', code: 2, err: 'sh: syntax error: unexpected "then"\n' },
    { script: 'echo "open', code: 2, err: 'sh: unterminated quoted string\n' },
    { script: 'echo $((1/0))', code: 2, err: 'sh: divide by zero\n' },
    { script: 'cd /nowhere', code: 2, err: "sh: cd: can't cd to /nowhere: No such file or directory\n" },
    {
      script: 'echo x > /no/such/folder',
      code: 2,
      err: "sh: can't create /no/such/folder: No such file or directory\n",
    },
    { script: ': ${UNSET:?is needed}', code: 2, err: 'sh: UNSET: is needed\n' },
  ])('$script ends with $code', async ({ script, code, err }) => {
    expect(await sh(script)).toMatchObject({ code, err });
  });

  it('passes standard input through and keeps the outputs apart', async () => {
    expect(await run(['cat'], 'to and fro')).toEqual({ code: 0, out: 'to and fro', err: '' });
    expect(await run(['tee', '/tmp/copy'], 'twice')).toMatchObject({ code: 0, out: 'twice' });
    expect(await sh('echo out; echo err >&2; cat /tmp/copy')).toEqual({ code: 0, out: 'out\ntwice', err: 'err\n' });
    expect(await sh('while read a b; do echo "$b $a"; done', '1 2\n3 4\n')).toMatchObject({ out: '2 1\n4 3\n' });
  });

  it('reads a script from standard input as it comes', async () => {
    const one = session(['sh']);
    one.stdin.write('echo first\n');
    await expect.poll(() => one.out()).toBe('first\n');
    one.stdin.write('if true\nthen echo second\nfi\nexit 3\n');
    expect(await one.done).toBe(3);
    expect(one.out()).toBe('first\nsecond\n');
  });

  it('refuses what the image does not have, as containerd does', async () => {
    await expect(run(['nosuch'])).rejects.toThrow(
      /OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH: unknown$/,
    );
    await expect(run(['/bin/nosuch'])).rejects.toThrow(
      /exec: "\/bin\/nosuch": stat \/bin\/nosuch: no such file or directory: unknown$/,
    );
    await expect(run(['bash'])).rejects.toThrow(/exec: "bash": executable file not found/);
    await expect(run(['sh'], '', 'bare')).rejects.toThrow(/exec: "sh": executable file not found/);
    expect(await run(['bash', '-c', 'echo $BASH; nosuch'], '', 'debian')).toMatchObject({
      code: 127,
      err: 'bash: nosuch: command not found\n',
    });
  });

  it('refuses a container that does not run', async () => {
    sim.create('pods', podOf('broken', 'sim/missing:1'));
    await sim.advance(20);
    await expect(run(['ls'], '', 'broken')).rejects.toThrow('container not found ("main")');
  });

  it('resolves the Services of the cluster', async () => {
    sim.create('services', {
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await sim.advance(2);
    const address = sim.get('services', 'web')?.spec.clusterIP;
    expect(await sh('nslookup web.default')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Address: ${address}\n`),
    });
    expect(await sh('wget -qO- http://web/healthz')).toMatchObject({ code: 0, out: 'ok\n' });
    expect(await sh('curl http://nowhere/')).toMatchObject({
      code: 6,
      err: 'curl: (6) Could not resolve host: nowhere\n',
    });
  });

  it('ends when the client goes, and leaves nothing running', async () => {
    const one = session(['sh', '-c', 'while true; do :; done & sleep 1000']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    one.gone.abort();
    expect(await one.done).toBe(137);
  });

  it('ends with 137 when the container does', async () => {
    const one = session(['sleep', '1000']);
    sim.remove('pods', 'web');
    await sim.advance(5);
    expect(await one.done).toBe(137);
  });

  it('does not let a busy script hold the process', async () => {
    const one = session(['sh', '-c', 'while :; do x=1; done']);
    const turns: number[] = [];
    for (let turn = 0; turn < 50; turn++) {
      const before = performance.now();
      await new Promise(setImmediate);
      turns.push(performance.now() - before);
    }
    expect(Math.max(...turns)).toBeLessThan(500);
    one.gone.abort();
    expect(await one.done).toBe(137);
  });

  it('gives each container a disk of its own, and little of it', async () => {
    await sh('echo mine > /tmp/x');
    expect(await run(['cat', '/tmp/x'], '', 'debian')).toMatchObject({ code: 1 });
    expect(
      await sh(
        'i=0; while [ $i -lt 40 ]; do yes | head -c 1 >/dev/null; seq 1 30000 > /tmp/big; i=$((i+1)); done; echo $?',
      ),
    ).toMatchObject({ err: expect.stringContaining('No space left on device') });
  });
});

describe('exec with a terminal', () => {
  it('prompts, echoes, runs and ends with exit or Ctrl-D', async () => {
    const one = session(['sh'], { tty: true });
    await one.sees('/app # ');
    await one.type('echo hi\r', 'echo hi\r\nhi\r\n/app # ');
    await one.type('cd /etc\r', '/etc # ');
    one.stdin.write('\u0004');
    expect(await one.done).toBe(0);
    const two = session(['sh'], { tty: true });
    await two.type('exit 5\r', 'exit 5\r\n');
    expect(await two.done).toBe(5);
  });

  it('edits the line: backspace, cursor keys, Ctrl-U, history', async () => {
    const one = session(['sh'], { tty: true });
    await one.type('ecxo\u007f\u007fho ok\r', '\r\nok\r\n');
    await one.type('cho left\u001b[D\u001b[D\u001b[D\u001b[D\u001b[D\u001b[D\u001b[D\u001b[De\r', '\r\nleft\r\n');
    await one.type('rm -rf /\u0015echo safe\r', '\r\nsafe\r\n');
    await one.type('\u001b[A\u001b[A\r', '\r\nleft\r\n');
    one.gone.abort();
    await one.done;
  });

  it('goes on over several lines until the command is whole', async () => {
    const one = session(['sh'], { tty: true });
    await one.type('for i in 1 2\r', '> ');
    await one.type('do echo n$i\r', '> ');
    await one.type('done\r', 'n1\r\nn2\r\n');
    one.gone.abort();
    await one.done;
  });

  it('interrupts a command with Ctrl-C and goes on', async () => {
    const one = session(['sh'], { tty: true });
    await one.type('sleep 1000\r', 'sleep 1000\r\n');
    await one.type('\u0003', '^C\r\n/app # ');
    await one.type('echo $?\r', '130\r\n');
    one.gone.abort();
    await one.done;
  });

  it('gives a program whole lines, echoed, until Ctrl-D', async () => {
    const one = session(['cat'], { tty: true });
    await one.type('abd\u007fc\r', 'abd\b \bc\r\nabc\r\n');
    one.stdin.write('\u0004');
    expect(await one.done).toBe(0);
  });

  it('follows the size of the window', async () => {
    const one = session(['sh'], { tty: true });
    await one.type('stty size\r', '24 80\r\n');
    one.resize(132, 50);
    await new Promise(setImmediate);
    await one.type('stty size\r', '50 132\r\n');
    one.gone.abort();
    await one.done;
  });

  it('knows bash where the image has it', async () => {
    const one = session(['bash'], { tty: true, pod: 'debian' });
    await one.sees('root@debian:/# ');
    one.stdin.write('\u0004');
    expect(await one.done).toBe(0);
    expect(one.out()).toContain('exit\r\n');
  });
});

describe('attach', () => {
  it('joins a shell that waits for someone; the container ends with it', async () => {
    sim.create(
      'pods',
      podOf('tmp', 'busybox:1', { container: { stdin: true, tty: true }, spec: { restartPolicy: 'Never' } }),
    );
    await sim.advance(10);
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    let out = '';
    stdout.on('data', (chunk) => {
      out += chunk;
    });
    const pod = sim.get('pods', 'tmp') as KubeObject;
    const done = sim.runtime.attach?.(pod, {
      container: 'main',
      tty: true,
      stdin,
      stdout,
      stderr: new PassThrough(),
      resizes: (async function* () {})(),
      signal: new AbortController().signal,
    });
    await expect.poll(() => out).toContain('/ # ');
    stdin.write('exit 4\r');
    expect(await done).toBe(4);
    await sim.advance(5);
    expect(sim.get('pods', 'tmp')?.status).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { exitCode: 4 } } }],
    });
  });

  it('only shows the log of a container that does not wait', () => {
    const pod = sim.get('pods', 'web') as KubeObject;
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    expect(
      sim.runtime.attach?.(pod, {
        container: 'main',
        tty: false,
        ...streams,
        resizes: (async function* () {})(),
        signal: new AbortController().signal,
      }),
    ).toBeUndefined();
  });
});
