import type { KubeObject } from '@pilothouse/kube';

type Metric = {
  type?: string;
  resource?: {
    name?: string;
    target?: { type?: string; averageUtilization?: number };
    current?: { averageUtilization?: number };
  };
};

const keepMetrics = 'autoscaling.alpha.kubernetes.io/metrics';

function isCpuUtilization(metric: Metric): boolean {
  return metric.type === 'Resource' && metric.resource?.name === 'cpu';
}

/** autoscaling/v1 shows only the CPU target; other metrics travel in an annotation, as the API server does it. */
export const horizontalPodAutoscalerV1 = {
  toStored(object: KubeObject): KubeObject {
    const { targetCPUUtilizationPercentage: target, ...spec } = { ...(object.spec as Record<string, unknown>) };
    const status = { ...(object.status as Record<string, unknown> | undefined) };
    const current = status.currentCPUUtilizationPercentage;
    delete status.currentCPUUtilizationPercentage;
    const annotations = { ...object.metadata.annotations };
    const others = annotations[keepMetrics] === undefined ? [] : (JSON.parse(annotations[keepMetrics]) as Metric[]);
    delete annotations[keepMetrics];
    const cpu =
      target === undefined
        ? []
        : [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
            },
          ];
    if (current !== undefined) {
      status.currentMetrics = [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } },
      ];
    }
    const metrics = [...cpu, ...others];
    return {
      ...object,
      apiVersion: 'autoscaling/v2',
      metadata: withAnnotations(object, annotations),
      spec: metrics.length === 0 ? spec : { ...spec, metrics },
      ...(object.status === undefined ? {} : { status }),
    };
  },
  fromStored(object: KubeObject): KubeObject {
    const { metrics = [], ...spec } = { ...(object.spec as { metrics?: Metric[] }) };
    const {
      currentMetrics = [],
      conditions,
      ...status
    } = {
      ...(object.status as { currentMetrics?: Metric[]; conditions?: unknown[] } | undefined),
    };
    const target = metrics.find(isCpuUtilization)?.resource?.target?.averageUtilization;
    const current = currentMetrics.find(isCpuUtilization)?.resource?.current?.averageUtilization;
    const others = metrics.filter((metric) => !isCpuUtilization(metric));
    const annotations = {
      ...object.metadata.annotations,
      ...(others.length === 0 ? {} : { [keepMetrics]: JSON.stringify(others) }),
      ...(conditions === undefined ? {} : { 'autoscaling.alpha.kubernetes.io/conditions': JSON.stringify(conditions) }),
    };
    return {
      ...object,
      apiVersion: 'autoscaling/v1',
      metadata: withAnnotations(object, annotations),
      spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
      ...(object.status === undefined
        ? {}
        : { status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) } }),
    };
  },
};

function withAnnotations(object: KubeObject, annotations: Record<string, string>): KubeObject['metadata'] {
  const { annotations: _, ...metadata } = object.metadata;
  return (Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations }) as KubeObject['metadata'];
}
