import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { Button } from './Button.tsx';

it('a denied button stays, can be reached by keyboard and says why, but does nothing', async () => {
  const onClick = vi.fn();
  render(
    <Button disabledReason="Your role does not allow it: delete pods." onClick={onClick}>
      Delete
    </Button>,
  );
  await userEvent.tab();
  const button = screen.getByRole('button', { name: 'Delete' });
  expect(document.activeElement).toBe(button);
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect((await screen.findByText('Your role does not allow it: delete pods.')).textContent).toBeTruthy();
  await userEvent.keyboard('{Enter}');
  await userEvent.click(button);
  expect(onClick).not.toHaveBeenCalled();
});

it('a busy submit button does not submit a second time', async () => {
  const onSubmit = vi.fn((event: { preventDefault(): void }) => event.preventDefault());
  render(
    <form onSubmit={onSubmit}>
      <Button type="submit" busy>
        Save
      </Button>
    </form>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(onSubmit).not.toHaveBeenCalled();
});
