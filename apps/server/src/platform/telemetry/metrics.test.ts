import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

describe('metrics', () => {
  it('count requests by operation, in buckets that add up', async () => {
    const metrics = createMetrics();
    for (const seconds of [0.0005, 0.001, 0.3, 100])
      metrics.http({ operation: 'a.b', method: 'GET', status: 200, seconds });
    metrics.http({ operation: 'a.b', method: 'GET', status: 404, seconds: 0.002 });
    const text = await metrics.registry.metrics();
    const line = (name: string, labels: string) =>
      text
        .split('\n')
        .find((each) => each.startsWith(`pilothouse_http_request_seconds_${name}{`) && each.includes(labels))
        ?.split(' ')
        .at(-1);
    expect(text).toContain('# TYPE pilothouse_http_request_seconds histogram');
    expect(line('bucket', 'status="2xx",le="0.001"')).toBe('2');
    expect(line('bucket', 'status="2xx",le="0.25"')).toBe('2');
    expect(line('bucket', 'status="2xx",le="0.5"')).toBe('3');
    expect(line('bucket', 'status="2xx",le="+Inf"')).toBe('4');
    expect(line('count', 'status="2xx"')).toBe('4');
    expect(Number(line('sum', 'status="2xx"'))).toBeCloseTo(100.3015);
    expect(line('count', 'status="4xx"')).toBe('1');
  });

  it('read what is open when somebody asks', async () => {
    const metrics = createMetrics();
    let open = 3;
    metrics.watch({
      streams: { add: () => () => {}, count: () => open, closeAll: async () => {} },
      newestEvent: () => 42,
    });
    open = 5;
    const text = await metrics.registry.metrics();
    expect(text).toContain('pilothouse_streams_open{kind="sse"} 5');
    expect(text).toContain('pilothouse_events_newest 42');
    expect(text).toContain('process_resident_memory_bytes');
  });
});
