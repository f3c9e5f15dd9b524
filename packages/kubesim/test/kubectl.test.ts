import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSimulatedCluster, type SimulatedCluster } from '../src/index.ts';
import { createKubectl, type Kubectl, kubectlMissing } from './kubectl-runner.ts';
import { configMap, deployment, readyNode, widget, widgetDefinition } from './manifests.ts';

const missing = kubectlMissing();
if (missing !== undefined) process.stderr.write(`skipping the tests with the real kubectl: ${missing}\n`);

/** Each test starts kubectl several times, and each start takes a while on a busy machine. */
const timeout = 90_000;

describe.skipIf(missing !== undefined)('the real kubectl on a simulated cluster', { timeout }, () => {
  let cluster: SimulatedCluster;
  let kubectl: Kubectl;

  beforeAll(async () => {
    cluster = createSimulatedCluster();
    await cluster.listen();
    kubectl = createKubectl(cluster.kubeconfig());
    cluster.store.create('nodes', readyNode('node-a'));
    cluster.store.create('nodes', readyNode('node-b'));
  });

  afterAll(async () => {
    kubectl.cleanUp();
    await cluster.close();
  });

  async function table(args: readonly string[]): Promise<string[][]> {
    const text = await kubectl.ok(args);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
  }

  const apply = (object: object, ...flags: string[]) =>
    kubectl.run(['apply', '-f', '-', ...flags], { input: JSON.stringify(object) });

  describe('finds its way around', () => {
    it('knows the versions of client and server', async () => {
      const version = JSON.parse(await kubectl.ok(['version', '-o', 'json'])) as {
        serverVersion: { gitVersion: string };
      };
      expect(version.serverVersion.gitVersion).toMatch(/^v1\.\d+\.\d+-pilothouse-sim$/);
    });

    it('lists the resources with their short names, kinds and categories', async () => {
      const text = await kubectl.ok(['api-resources', '-o', 'wide']);
      expect(text).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment +create,.*watch +all$/m);
      expect(text).toMatch(/^nodes +no +v1 +false +Node /m);
      expect(await kubectl.ok(['api-versions'])).toContain('networking.k8s.io/v1\n');
    });

    it('explains a field, and a kind with all below it', async () => {
      const field = await kubectl.ok(['explain', 'deployment.spec.strategy.rollingUpdate.maxSurge']);
      expect(field).toContain('FIELD: maxSurge <IntOrString>');
      const tree = await kubectl.ok(['explain', 'pod', '--recursive']);
      expect(tree).toContain('      livenessProbe\t<Probe>');
      expect(await kubectl.ok(['explain', 'hpa', '--api-version=autoscaling/v1'])).toContain('VERSION:    v1');
    });
  });

  describe('reads', () => {
    beforeAll(async () => {
      cluster.store.create('deployments.apps', deployment('shown'));
      await kubectl.ok(['rollout', 'status', 'deployment/shown', '--timeout=60s']);
    });

    it('shows the columns of the API server', async () => {
      expect((await table(['get', 'deployments'])).at(0)).toEqual(['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE']);
      expect((await table(['get', 'deployments', '-o', 'wide'])).at(0)).toEqual([
        'NAME',
        'READY',
        'UP-TO-DATE',
        'AVAILABLE',
        'AGE',
        'CONTAINERS',
        'IMAGES',
        'SELECTOR',
      ]);
      expect((await table(['get', 'pods', '-o', 'wide'])).at(0)).toEqual([
        'NAME',
        'READY',
        'STATUS',
        'RESTARTS',
        'AGE',
        'IP',
        'NODE',
        'NOMINATED NODE',
        'READINESS GATES',
      ]);
      expect((await table(['get', 'services'])).at(0)).toEqual([
        'NAME',
        'TYPE',
        'CLUSTER-IP',
        'EXTERNAL-IP',
        'PORT(S)',
        'AGE',
      ]);
      const [, row] = await table(['get', 'deployment', 'shown']);
      expect(row?.slice(0, 4)).toEqual(['shown', '2/2', '2', '2']);
    });

    it('prints yaml, json, names, jsonpath and custom columns', async () => {
      expect(await kubectl.ok(['get', 'deployment', 'shown', '-o', 'yaml'])).toMatch(
        /^apiVersion: apps\/v1\nkind: Deployment\n/,
      );
      const json = JSON.parse(await kubectl.ok(['get', 'pods', '-l', 'app=shown', '-o', 'json'])) as {
        items: { kind: string }[];
      };
      expect(json.items.map((item) => item.kind)).toEqual(['Pod', 'Pod']);
      expect(await kubectl.ok(['get', 'deployments', '-o', 'name'])).toBe('deployment.apps/shown\n');
      expect(await kubectl.ok(['get', 'deployment', 'shown', '-o', 'jsonpath={.spec.replicas}'])).toBe('2');
      const columns = ['get', 'deployment', 'shown', '-o', 'custom-columns=N:.metadata.name,R:.spec.replicas'];
      expect(await table(columns)).toEqual([
        ['N', 'R'],
        ['shown', '2'],
      ]);
    });

    it('selects by labels, by sets and by fields', async () => {
      const names = async (...args: string[]) =>
        (await kubectl.ok(['get', 'pods', '-o', 'name', ...args])).split('\n').length - 1;
      expect(await names('-l', 'app=shown')).toBe(2);
      expect(await names('-l', 'app in (shown,other),pod-template-hash')).toBe(2);
      expect(await names('-l', 'app notin (shown)')).toBe(0);
      expect(await names('--field-selector', 'status.phase=Running,spec.nodeName!=nowhere')).toBe(2);
      const bad = await kubectl.run(['get', 'pods', '--field-selector', 'foo.bar=1']);
      expect(bad.stderr).toContain('field label not supported: foo.bar');
    });

    it('describes a deployment, a pod with its events, a node and a service', async () => {
      expect(await kubectl.ok(['describe', 'deployment', 'shown'])).toContain(
        '2 desired | 2 updated | 2 total | 2 available',
      );
      const [pod] = (await kubectl.ok(['get', 'pods', '-l', 'app=shown', '-o', 'name'])).split('\n');
      const described = await kubectl.ok(['describe', pod ?? '']);
      expect(described).toMatch(/Normal +Scheduled/);
      expect(described).toMatch(/Controlled By: +ReplicaSet\/shown-/);
      expect(await kubectl.ok(['describe', 'node', 'node-a'])).toContain('Non-terminated Pods:');
      expect(await kubectl.ok(['describe', 'service', 'kubernetes'])).toMatch(/Endpoints: +192\.0\.2\.1:6443/);
    });

    it('lists over pages as over one', async () => {
      const whole = await kubectl.ok(['get', 'clusterroles,events,pods', '-A', '-o', 'name', '--chunk-size=0']);
      expect(await kubectl.ok(['get', 'clusterroles,events,pods', '-A', '-o', 'name', '--chunk-size=3'])).toBe(whole);
    });

    it('watches changes as table rows', async () => {
      const watch = kubectl.follow([
        'get',
        'configmaps',
        '-w',
        '--no-headers',
        '--field-selector',
        'metadata.name=watched',
      ]);
      cluster.store.create('configmaps', configMap('watched', { a: '1' }));
      await vi.waitFor(() => expect(watch.lines().at(-1)).toMatch(/^watched +1 /), 10_000);
      await kubectl.ok(['patch', 'configmap', 'watched', '-p', '{"data":{"b":"2"}}']);
      await vi.waitFor(() => expect(watch.lines().at(-1)).toMatch(/^watched +2 /), 10_000);
      watch.stop();
    });

    it('shows events and usage', async () => {
      expect(await kubectl.ok(['events', '--for', 'deployment/shown'])).toContain('ScalingReplicaSet');
      expect(await table(['top', 'nodes', '--no-headers'])).toHaveLength(2);
      const pods = await table(['top', 'pods', '-l', 'app=shown', '--no-headers']);
      expect(pods).toHaveLength(2);
      expect(pods[0]?.[1]).toMatch(/^\d+m$/);
    });
  });

  describe('writes', () => {
    beforeEach(async () => {
      await kubectl.run(['delete', 'deployment,configmap', '--all', '--wait=true', '--timeout=60s']);
    });

    it('creates with its generators, which send protobuf', async () => {
      await kubectl.ok(['create', 'deployment', 'made', '--image=nginx:1', '--replicas=3', '--port=80']);
      await kubectl.ok(['create', 'configmap', 'made', '--from-literal=a=b']);
      await kubectl.ok(['create', 'secret', 'generic', 'made', '--from-literal=p=q']);
      await kubectl.ok(['create', 'cronjob', 'made', '--image=busybox', '--schedule=*/5 * * * *', '--', 'date']);
      await kubectl.ok(['create', 'job', 'made', '--from=cronjob/made']);
      await kubectl.ok(['create', 'ingress', 'made', '--rule=a.example.com/x=svc:80']);
      await kubectl.ok(['create', 'role', 'made', '--verb=get', '--resource=pods']);
      await kubectl.ok(['autoscale', 'deployment', 'made', '--max=4', '--cpu-percent=60']);
      await kubectl.ok(['expose', 'deployment', 'made', '--port=80', '--target-port=8080']);
      expect(
        await kubectl.ok([
          'get',
          'deployment',
          'made',
          '-o',
          'jsonpath={.spec.template.spec.containers[0].ports[0].containerPort}',
        ]),
      ).toBe('80');
      expect(await kubectl.ok(['get', 'secret', 'made', '-o', 'jsonpath={.data.p}'])).toBe('cQ==');
      expect(
        await kubectl.ok(['get', 'job', 'made', '-o', 'jsonpath={.spec.template.spec.containers[0].command}']),
      ).toBe('["date"]');
      expect((await table(['get', 'hpa', 'made'])).at(1)?.slice(0, 3)).toEqual([
        'made',
        'Deployment/made',
        'cpu: <unknown>/60%',
      ]);
      await kubectl.ok(['delete', 'secret,cronjob,ingress,role,hpa,service', 'made']);
    });

    it('applies, sees no change the second time, and takes away what the file no longer says', async () => {
      const first = deployment('applied', { extra: { minReadySeconds: 1 } });
      expect((await apply(first)).stdout).toBe('deployment.apps/applied created\n');
      expect((await apply(first)).stdout).toBe('deployment.apps/applied unchanged\n');
      expect((await apply(deployment('applied', { image: 'nginx:1.28' }))).stdout).toBe(
        'deployment.apps/applied configured\n',
      );
      const spec = JSON.parse(await kubectl.ok(['get', 'deployment', 'applied', '-o', 'jsonpath={.spec}'])) as Record<
        string,
        unknown
      >;
      expect(spec.minReadySeconds).toBeUndefined();
      expect(spec).toMatchObject({
        template: { spec: { containers: [{ image: 'nginx:1.28', imagePullPolicy: 'IfNotPresent' }] } },
      });
    });

    it('refuses unknown fields before anything changes', async () => {
      const wrong = deployment('applied', { extra: { replicasss: 3 } });
      const result = await apply(wrong);
      expect(result.stderr).toContain('strict decoding error: unknown field "spec.replicasss"');
      const warned = await apply(wrong, '--validate=warn');
      expect(warned.stderr).toContain('Warning: unknown field "spec.replicasss"');
    });

    it('applies server-side, names the managers in conflicts, and forces', async () => {
      expect((await apply(configMap('shared', { a: '1', b: '1' }), '--server-side', '--field-manager=one')).code).toBe(
        0,
      );
      const conflict = await apply(configMap('shared', { a: '2' }), '--server-side', '--field-manager=two');
      expect(conflict.stderr).toContain('Apply failed with 1 conflict: conflict with "one": .data.a');
      expect(
        (await apply(configMap('shared', { a: '2' }), '--server-side', '--field-manager=two', '--force-conflicts'))
          .code,
      ).toBe(0);
      expect((await apply(configMap('shared', {}), '--server-side', '--field-manager=one')).code).toBe(0);
      expect(await kubectl.ok(['get', 'configmap', 'shared', '-o', 'jsonpath={.data}'])).toBe('{"a":"2"}');
    });

    it('moves from client-side to server-side apply without a conflict', async () => {
      await apply(configMap('moved', { a: '1' }));
      const result = await apply(configMap('moved', { a: '2' }), '--server-side');
      expect(result.stderr).not.toContain('conflict');
      expect(await kubectl.ok(['get', 'configmap', 'moved', '-o', 'jsonpath={.data.a}'])).toBe('2');
    });

    it('diffs without changing anything', async () => {
      await apply(configMap('diffed', { a: '1' }));
      const result = await kubectl.run(['diff', '-f', '-'], { input: JSON.stringify(configMap('diffed', { a: '2' })) });
      expect(result.code).toBe(1);
      expect(result.stdout).toContain('-  a: "1"\n+  a: "2"');
      expect(await kubectl.ok(['get', 'configmap', 'diffed', '-o', 'jsonpath={.data.a}'])).toBe('1');
    });

    it('patches in three ways, labels and annotates', async () => {
      await apply(deployment('patched'));
      const strategic = '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"busybox"}]}}}}';
      await kubectl.ok(['patch', 'deployment', 'patched', '-p', strategic]);
      await kubectl.ok(['patch', 'deployment', 'patched', '--type=merge', '-p', '{"spec":{"replicas":1}}']);
      await kubectl.ok([
        'patch',
        'deployment',
        'patched',
        '--type=json',
        '-p',
        '[{"op":"add","path":"/metadata/labels/x","value":"y"}]',
      ]);
      await kubectl.ok(['label', 'deployment', 'patched', 'team=a']);
      await kubectl.ok(['annotate', 'deployment', 'patched', 'note=b']);
      const live = JSON.parse(await kubectl.ok(['get', 'deployment', 'patched', '-o', 'json'])) as ReturnType<
        typeof deployment
      >;
      expect(live.metadata.labels).toEqual({ app: 'patched', team: 'a', x: 'y' });
      expect(live.metadata.annotations?.note).toBe('b');
      expect(live).toMatchObject({
        spec: { replicas: 1, template: { spec: { containers: [{ name: 'side' }, { name: 'web' }] } } },
      });
    });

    it('replaces like an editor, and loses to a newer version', async () => {
      await apply(configMap('edited', { a: '1' }));
      const live = JSON.parse(await kubectl.ok(['get', 'configmap', 'edited', '-o', 'json'])) as ReturnType<
        typeof configMap
      >;
      const saved = (data: Record<string, string>) =>
        kubectl.run(['replace', '-f', '-'], { input: JSON.stringify({ ...live, data }) });
      expect((await saved({ a: '2' })).stdout).toBe('configmap/edited replaced\n');
      expect((await saved({ a: '3' })).stderr).toContain(
        'the object has been modified; please apply your changes to the latest version and try again',
      );
    });

    it('scales, rolls out, shows the history, undoes and restarts', async () => {
      await apply(deployment('rolled', { replicas: 1 }));
      await kubectl.ok(['rollout', 'status', 'deployment/rolled', '--timeout=60s']);
      await kubectl.ok(['scale', 'deployment/rolled', '--replicas=2']);
      await kubectl.ok(['set', 'image', 'deployment/rolled', 'web=nginx:1.29']);
      expect(await kubectl.ok(['rollout', 'status', 'deployment/rolled', '--timeout=60s'])).toContain(
        'successfully rolled out',
      );
      expect(await kubectl.ok(['rollout', 'history', 'deployment/rolled'])).toMatch(/REVISION.*\n1 .*\n2 /);
      await kubectl.ok(['rollout', 'undo', 'deployment/rolled']);
      expect(
        await kubectl.ok(['get', 'deployment', 'rolled', '-o', 'jsonpath={.spec.template.spec.containers[0].image}']),
      ).toBe('nginx:1.27');
      await kubectl.ok(['rollout', 'restart', 'deployment/rolled']);
      expect(await kubectl.ok(['rollout', 'status', 'deployment/rolled', '--timeout=60s'])).toContain(
        'successfully rolled out',
      );
    });

    it('deletes with and without waiting, and a namespace with all in it', async () => {
      await apply(deployment('gone', { replicas: 1 }));
      await kubectl.ok(['wait', '--for=condition=Available', 'deployment/gone', '--timeout=60s']);
      await kubectl.ok(['delete', 'deployment', 'gone', '--cascade=foreground', '--wait', '--timeout=60s']);
      expect(await kubectl.ok(['get', 'replicasets,pods', '-l', 'app=gone', '-o', 'name'])).toBe('');
      await kubectl.ok(['create', 'namespace', 'passing']);
      await kubectl.ok(['create', 'configmap', 'in', '-n', 'passing', '--from-literal=a=b']);
      await kubectl.ok(['delete', 'namespace', 'passing', '--timeout=30s']);
      expect((await kubectl.run(['get', 'namespace', 'passing'])).stderr).toContain('namespaces "passing" not found');
    });

    it('drains a node and lets it work again', async () => {
      await apply(deployment('drained', { replicas: 2 }));
      await kubectl.ok(['rollout', 'status', 'deployment/drained', '--timeout=60s']);
      await kubectl.ok(['drain', 'node-a', '--ignore-daemonsets', '--force', '--timeout=60s']);
      expect((await table(['get', 'node', 'node-a'])).at(1)?.[1]).toBe('Ready,SchedulingDisabled');
      const there = ['get', 'pods', '--field-selector=spec.nodeName=node-a', '-o', 'name'];
      expect(await kubectl.ok(there)).toBe('');
      await kubectl.ok(['uncordon', 'node-a']);
      expect((await table(['get', 'node', 'node-a'])).at(1)?.[1]).toBe('Ready');
    });
  });

  describe('reaches into pods', () => {
    beforeAll(async () => {
      await kubectl.ok(['run', 'box', '--image=nginx:1.27']);
      await kubectl.ok(['wait', '--for=condition=Ready', 'pod/box', '--timeout=60s']);
    });

    it('reads and follows the log', async () => {
      await vi.waitFor(async () => expect(await kubectl.ok(['logs', 'box', '--tail=1'])).not.toBe(''), {
        timeout: 20_000,
        interval: 500,
      });
      const following = kubectl.follow(['logs', '-f', 'box', '--tail=1', '--timestamps']);
      await vi.waitFor(() => expect(following.lines()[0]).toMatch(/^\d{4}-\d\d-\d\dT/), 10_000);
      following.stop();
    });

    it('says why there is no log', async () => {
      expect((await kubectl.run(['logs', 'box', '-c', 'nope'])).stderr).toContain(
        'container nope is not valid for pod box',
      );
    });

    it('runs commands and passes on how they end', async () => {
      expect(await kubectl.ok(['exec', 'box', '--', 'echo', 'hello'])).toBe('hello\n');
      const failed = await kubectl.run(['exec', 'box', '--', 'sh', '-c', 'exit 3']);
      expect(failed.stderr).toContain('command terminated with exit code 3');
      expect(await kubectl.run(['exec', '-i', 'box', '--', 'cat'], { input: 'through\n' })).toMatchObject({
        stdout: 'through\n',
        code: 0,
      });
    });
  });

  describe('extends the API', () => {
    beforeAll(async () => {
      await apply(widgetDefinition);
      await kubectl.ok(['wait', '--for=condition=Established', 'crd/widgets.demo.example.com', '--timeout=20s']);
    });

    it('shows custom resources in their own columns, fills defaults and prunes', async () => {
      await apply(widget('first', { replicas: 2 }));
      const [head, row] = await table(['get', 'widgets']);
      expect(head).toEqual(['NAME', 'SIZE', 'READY', 'AGE']);
      expect(row?.slice(0, 2)).toEqual(['first', '2']);
      expect((await table(['get', 'wd', '-o', 'wide'])).at(0)).toContain('COLOUR');
      expect(await kubectl.ok(['get', 'wd', 'first', '-o', 'jsonpath={.spec.colour}'])).toBe('red');
      expect(await kubectl.ok(['explain', 'widget.spec.colour'])).toContain('Which colour.');
    });

    it('holds them to their schema', async () => {
      const wrong = await apply(widget('wrong', { replicas: -1, colour: 'green' }), '--validate=false');
      expect(wrong.stderr).toContain(
        'spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0',
      );
      expect(wrong.stderr).toContain('spec.colour: Unsupported value: "green": supported values: "red", "blue"');
    });

    it('scales them and writes their status apart', async () => {
      await apply(widget('second', { replicas: 1 }));
      await kubectl.ok(['scale', 'widget/second', '--replicas=4']);
      const status = '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}';
      await kubectl.ok(['patch', 'widget', 'second', '--type=merge', '--subresource=status', '-p', status]);
      expect((await table(['get', 'widget', 'second'])).at(1)?.slice(0, 3)).toEqual(['second', '4', 'True']);
    });
  });

  describe('asks what it may do', () => {
    it('answers an administrator', async () => {
      expect(await kubectl.ok(['auth', 'can-i', 'delete', 'nodes'])).toBe('yes\n');
      expect(await kubectl.ok(['auth', 'can-i', '--list'])).toContain('*.*');
      expect(await kubectl.ok(['auth', 'whoami'])).toContain('system:masters');
    });
  });
});

describe.skipIf(missing !== undefined)('the real kubectl as a user with few rights', { timeout }, () => {
  let cluster: SimulatedCluster;
  let kubectl: Kubectl;

  beforeAll(async () => {
    cluster = createSimulatedCluster({
      controllers: false,
      tls: true,
      users: [
        {
          name: 'reader',
          token: 'reader-token',
          rules: [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'], namespaces: ['default'] }],
        },
      ],
    });
    await cluster.listen();
    kubectl = createKubectl(cluster.kubeconfig('reader'));
  });

  afterAll(async () => {
    kubectl.cleanUp();
    await cluster.close();
  });

  it('is told what it may and may not do', async () => {
    expect(await kubectl.ok(['auth', 'can-i', 'list', 'pods'])).toBe('yes\n');
    expect((await kubectl.run(['auth', 'can-i', 'list', 'secrets'])).stdout).toBe('no\n');
    expect(await kubectl.ok(['get', 'pods'])).toBe('');
    expect((await kubectl.run(['get', 'secrets'])).stderr).toContain(
      'secrets is forbidden: User "reader" cannot list resource "secrets" in API group "" in the namespace "default"',
    );
  });
});
