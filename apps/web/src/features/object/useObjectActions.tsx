import { Copy, FileCode, Pencil, RotateCw, Scaling, ScrollText, SquareTerminal, Trash2 } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { dock } from '../../app/dock/dock-store.ts';
import type { PageAction } from '../../app/palette/page-actions.ts';
import { copyText } from '../../design/CopyButton.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import type { Capabilities } from '../resources/capabilities.ts';
import { kubectlCommand, type ObjectRef, refId } from '../resources/object-ref.ts';
import type { Denials } from './useAccess.ts';

export type ObjectAction = PageAction & { place: 'bar' | 'menu'; danger?: boolean };

type ObjectActionsOptions = {
  target: ObjectRef;
  object: unknown;
  capabilities: Capabilities;
  denials: Denials;
  onTab(tab: string | undefined): void;
  onDialog(dialog: 'scale' | 'restart' | 'delete'): void;
};

const size = 14;

/** What can be done to an object, the same for its buttons, its keys and the palette. */
export function useObjectActions(options: ObjectActionsOptions): ObjectAction[] {
  const { target, object, capabilities, denials } = options;
  const latest = useRef(options);
  latest.current = options;
  const id = refId(target);
  const readable = object !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `id` stands for the target, callbacks are read when they run
  return useMemo(() => {
    const current = () => latest.current;
    const copy = (text: string, title: string) => void copyText(text).then(() => toasts.show({ tone: 'done', title }));
    const all: (ObjectAction | false)[] = [
      capabilities.logs && {
        id: 'logs',
        place: 'bar',
        label: texts.object.logs,
        icon: <ScrollText size={size} />,
        shortcut: 'l',
        disabledReason: denials.logs,
        run: () => dock.open({ type: 'logs', ...target }),
      },
      capabilities.shell && {
        id: 'shell',
        place: 'bar',
        label: texts.object.shell,
        icon: <SquareTerminal size={size} />,
        shortcut: 's',
        disabledReason: denials.shell,
        run: () => dock.open({ type: 'terminal', ...target }),
      },
      capabilities.restart && {
        id: 'restart',
        place: 'bar',
        label: texts.object.restart,
        icon: <RotateCw size={size} />,
        disabledReason: denials.restart,
        run: () => current().onDialog('restart'),
      },
      capabilities.scale && {
        id: 'scale',
        place: 'bar',
        label: texts.object.scale,
        icon: <Scaling size={size} />,
        disabledReason: denials.scale,
        run: () => current().onDialog('scale'),
      },
      capabilities.edit && {
        id: 'edit',
        place: 'bar',
        label: texts.object.edit,
        icon: <Pencil size={size} />,
        shortcut: 'e',
        disabledReason: denials.edit,
        run: () => current().onTab('edit'),
      },
      {
        id: 'yaml',
        place: 'menu',
        label: texts.object.showYaml,
        icon: <FileCode size={size} />,
        shortcut: 'y',
        run: () => current().onTab('yaml'),
      },
      {
        id: 'copy-kubectl',
        place: 'menu',
        label: texts.object.copyKubectl,
        icon: <SquareTerminal size={size} />,
        shortcut: 'C',
        run: () => copy(kubectlCommand(target), texts.table.copiedCommand),
      },
      readable && {
        id: 'copy-yaml',
        place: 'menu',
        label: texts.object.copyYaml,
        icon: <Copy size={size} />,
        run: async () => {
          const { manifestText } = await import('./manifest-text.ts');
          copy(manifestText(current().object), texts.object.copiedYaml);
        },
      },
      capabilities.delete && {
        id: 'delete',
        place: 'menu',
        label: texts.object.delete,
        icon: <Trash2 size={size} />,
        danger: true,
        disabledReason: denials.delete,
        run: () => current().onDialog('delete'),
      },
    ];
    return all.filter((action) => action !== false);
  }, [
    id,
    denials,
    readable,
    capabilities.logs,
    capabilities.shell,
    capabilities.restart,
    capabilities.scale,
    capabilities.edit,
    capabilities.delete,
  ]);
}
