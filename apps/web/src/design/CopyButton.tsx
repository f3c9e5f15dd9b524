import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { texts } from '../texts.ts';
import { IconButton } from './IconButton.tsx';

export function CopyButton({ text, label = texts.actions.copy }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <IconButton
      label={copied ? texts.actions.copied : label}
      icon={copied ? <Check size={14} /> : <Copy size={14} />}
      onClick={async () => {
        await copyText(text);
        setCopied(true);
        setTimeout(() => setCopied(false), 1500);
      }}
    />
  );
}

/** The clipboard of a page that is not served over TLS or from this machine is closed; a selection still works there. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
