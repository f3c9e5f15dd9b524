import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { HealthBadge, StateMark } from './StateBadge.tsx';
import { healthTone } from './state-tone.ts';

it('health is said in a word, with the reason and message one hover away', async () => {
  render(<HealthBadge health={{ status: 'degraded', reason: 'CrashLoopBackOff', message: 'back-off 5m0s' }} />);
  await userEvent.hover(screen.getByText('Degraded'));
  expect((await screen.findByText('CrashLoopBackOff: back-off 5m0s')).textContent).toBeTruthy();
});

it('every health has a shape of its own, so that colour is never needed', () => {
  const shapes = Object.values(healthTone).map((tone) => {
    const { container, unmount } = render(<StateMark tone={tone} />);
    const shape = container.querySelector('svg')?.innerHTML;
    unmount();
    return shape;
  });
  expect(new Set(shapes).size).toBe(shapes.length);
});
