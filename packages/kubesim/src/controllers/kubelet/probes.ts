import type { Container, Probe } from 'kubernetes-types/core/v1.d.ts';
import { graceOf, type StepContext, stopContainer } from './container-stop.ts';
import { type ContainerRun, fieldPathOf } from './pod-run.ts';

const never = Number.POSITIVE_INFINITY;

/** Does the probe rounds that are due on a running container and plans the next one that can change anything. */
export function advanceProbes(context: StepContext, run: ContainerRun, container: Container): void {
  if (run.stop !== undefined) run.probeAt = never;
  else if (context.now >= run.probeAt) probe(context, run, container);
}

function probe(
  context: StepContext,
  run: ContainerRun,
  { startupProbe, readinessProbe, livenessProbe }: Container,
): void {
  const { now, hasty } = context;
  const start = run.startedAt ?? now;
  const hangsFrom = start + (run.behaviour?.hangsAfter ?? never) * 1000;
  const answers = now >= start + (run.behaviour?.readyAfter ?? 0) * 1000 && now < hangsFrom;
  const firstRound = (one: Probe) => (hasty ? start : start + (one.initialDelaySeconds ?? 0) * 1000);
  if (startupProbe !== undefined && !run.started) {
    if (now < firstRound(startupProbe)) {
      run.probeAt = firstRound(startupProbe);
      return;
    }
    if (!answers) return void fail(context, run, { kind: 'Startup', probe: startupProbe, kills: true });
    run.started = true;
    run.failedProbes = 0;
  }
  if (livenessProbe !== undefined && now >= hangsFrom) {
    run.ready = false;
    return void fail(context, run, { kind: 'Liveness', probe: livenessProbe, kills: true });
  }
  if (readinessProbe !== undefined && now < firstRound(readinessProbe)) {
    run.probeAt = firstRound(readinessProbe);
    return;
  }
  if (readinessProbe !== undefined && !answers)
    return void fail(context, run, { kind: 'Readiness', probe: readinessProbe, kills: false });
  run.ready = true;
  run.failedProbes = 0;
  run.probeAt = hangsFrom;
}

function fail(context: StepContext, run: ContainerRun, what: { kind: string; probe: Probe; kills: boolean }): void {
  const { kind, probe, kills } = what;
  run.failedProbes++;
  run.probeAt = context.now + (probe.periodSeconds ?? 10) * 1000;
  const tooOften = run.failedProbes >= (probe.failureThreshold ?? 3);
  const fieldPath = fieldPathOf(run);
  context.record({
    type: 'Warning',
    reason: 'Unhealthy',
    message: `${kind} probe failed: ${complaint(context, run, probe)}`,
    fieldPath,
  });
  if (!kills) {
    if (tooOften) run.ready = false;
    return;
  }
  if (!tooOften) return;
  const message = `Container ${run.name} failed ${kind.toLowerCase()} probe, will be restarted`;
  context.record({ type: 'Normal', reason: 'Killing', message, fieldPath });
  stopContainer(context, run, context.now + graceOf(context) * 1000);
}

/** What the kubelet says of an application that does not answer yet, or not well. */
function complaint(context: StepContext, run: ContainerRun, probe: Probe): string {
  const address = context.podRun.ip ?? '10.244.0.2';
  const hangs = run.behaviour?.readyAfter !== never && context.now - (run.startedAt ?? 0) > 30_000;
  if (probe.httpGet !== undefined) {
    const { port, path = '/', scheme = 'HTTP' } = probe.httpGet;
    const url = `${scheme.toLowerCase()}://${address}:${port}${path}`;
    if (run.behaviour?.readyAfter === never) return 'HTTP probe failed with statuscode: 503';
    if (hangs) return `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
    return `Get "${url}": dial tcp ${address}:${port}: connect: connection refused`;
  }
  if (probe.tcpSocket !== undefined) return `dial tcp ${address}:${probe.tcpSocket.port}: connect: connection refused`;
  if (probe.grpc !== undefined)
    return `timeout: failed to connect service "${address}:${probe.grpc.port}" within 1s: context deadline exceeded`;
  return 'command exited with 1';
}
