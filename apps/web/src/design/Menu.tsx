import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';
import { KeyHint } from './KeyHint.tsx';
import popup from './popup.module.css';

export type MenuItem =
  | {
      label: string;
      icon?: ReactNode;
      shortcut?: string;
      danger?: boolean;
      checked?: boolean;
      /** Why it cannot be chosen; it stays in the list with its reason. */
      disabledReason?: string | undefined;
      onSelect(): void;
    }
  | { group: string }
  | 'separator';

export type MenuProps = { trigger: ReactElement; items: readonly MenuItem[]; align?: 'start' | 'end' };

export function Menu({ trigger, items, align = 'end' }: MenuProps) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={popup.positioner} align={align} sideOffset={4} collisionPadding={8}>
          <Base.Popup className={popup.popup}>
            {items.map((item, index) => {
              // biome-ignore lint/suspicious/noArrayIndexKey: separators have no identity
              if (item === 'separator') return <Base.Separator key={index} className={popup.separator} />;
              if ('group' in item)
                return (
                  <div key={item.group} className={popup.group} role="presentation">
                    {item.group}
                  </div>
                );
              return <Item key={item.label} item={item} />;
            })}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Item({ item }: { item: Exclude<MenuItem, string | { group: string }> }) {
  const off = item.disabledReason !== undefined;
  const content = (
    <>
      {item.checked === undefined ? (
        item.icon
      ) : (
        <span className={popup.mark}>{item.checked && <Check size={14} />}</span>
      )}
      <span className={popup.grow}>
        {item.label}
        {off && <span className={popup.reason}>{item.disabledReason}</span>}
      </span>
      {item.shortcut && (
        <span className={popup.hint}>
          <KeyHint keys={item.shortcut} />
        </span>
      )}
    </>
  );
  const className = cx(popup.item, item.danger && !off && popup.danger);
  if (item.checked !== undefined)
    return (
      <Base.CheckboxItem
        className={className}
        checked={item.checked}
        disabled={off}
        onCheckedChange={() => item.onSelect()}
      >
        {content}
      </Base.CheckboxItem>
    );
  return (
    <Base.Item className={className} disabled={off} onClick={() => item.onSelect()}>
      {content}
    </Base.Item>
  );
}
