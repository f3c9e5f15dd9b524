/** True where keys are text, not commands: inputs, editors, terminals. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  if (target.isContentEditable) return true;
  return target.closest('textarea, select, [contenteditable="true"], [data-takes-keys]') !== null;
}
