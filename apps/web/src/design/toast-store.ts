export type ToastMessage = {
  id: number;
  tone: 'done' | 'failed' | 'info';
  title: string;
  detail?: string;
  action?: { label: string; run(): void };
};

const listeners = new Set<() => void>();
let messages: readonly ToastMessage[] = [];
let lastId = 0;

const shownFor = { done: 5000, info: 6000, failed: 12_000 };

function set(next: readonly ToastMessage[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

export const toasts = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  current: () => messages,
  show(message: Omit<ToastMessage, 'id'>): void {
    lastId += 1;
    const id = lastId;
    set([...messages.slice(-3), { ...message, id }]);
    setTimeout(() => toasts.dismiss(id), message.action ? 10_000 : shownFor[message.tone]);
  },
  dismiss(id: number): void {
    set(messages.filter((message) => message.id !== id));
  },
};
