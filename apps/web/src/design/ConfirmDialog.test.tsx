import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { ConfirmDialog } from './ConfirmDialog.tsx';

it('what cannot be undone wants the exact name typed first', async () => {
  const onConfirm = vi.fn();
  render(
    <ConfirmDialog
      title="Remove prod"
      action="Remove cluster"
      danger
      typed="prod"
      onConfirm={onConfirm}
      onClose={() => {}}
    />,
  );
  const action = screen.getByRole('button', { name: 'Remove cluster' });
  await userEvent.click(action);
  await userEvent.type(screen.getByLabelText('Type prod to confirm'), 'pro{Enter}');
  expect(onConfirm).not.toHaveBeenCalled();
  await userEvent.type(screen.getByLabelText('Type prod to confirm'), 'd');
  await userEvent.click(action);
  expect(onConfirm).toHaveBeenCalledTimes(1);
});

it('one Escape leaves without doing anything, wherever the focus went first', async () => {
  const [onConfirm, onClose] = [vi.fn(), vi.fn()];
  render(<ConfirmDialog title="Delete web" action="Delete" danger onConfirm={onConfirm} onClose={onClose} />);
  await userEvent.keyboard('{Escape}');
  expect(onClose).toHaveBeenCalledTimes(1);
  expect(onConfirm).not.toHaveBeenCalled();
});
